#include "pipeline/delivery.h"

#include <gmock/gmock.h>

namespace temblor {
namespace {

using ::testing::ElementsAre;

/// Writes into a shared diary what is committed; the first `failures` commits fail.
class DiarySink final : public Sink {
 public:
  DiarySink(std::string name, std::vector<std::string>& diary, int failures = 0, bool lasting = true)
      : name_(std::move(name)), diary_(diary), failures_(failures), lasting_(lasting) {}

  Result<void> open(const std::string* /*prepared*/) override { return {}; }
  Result<void> write(const WindowResults& /*results*/) override { return {}; }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view /*prepared*/, std::span<const WindowResults> results) override {
    if (failures_-- > 0) return world_error(name_, "is full", "make room");
    diary_.push_back(name_ + " " + std::to_string(results.size()));
    return {};
  }
  [[nodiscard]] bool lasting() const override { return lasting_; }

 private:
  std::string name_;
  std::vector<std::string>& diary_;
  int failures_;
  bool lasting_;
};

TEST(Delivery, ACommitThatIsTriedAgainGoesOnWithTheSinkThatFailed) {
  std::vector<std::string> diary;
  Job job;
  job.sinks.push_back({.uri = "a", .sink = std::make_unique<DiarySink>("a", diary)});
  job.sinks.push_back({.uri = "b", .sink = std::make_unique<DiarySink>("b", diary, 2)});
  job.sinks.push_back({.uri = "c", .sink = std::make_unique<DiarySink>("c", diary)});
  Delivery delivery(job, false);
  ASSERT_TRUE(delivery.open(nullptr));
  const auto commit = [&](std::size_t windows) {
    return delivery.commit(delivery.prepare().value(), std::vector<WindowResults>(windows), "", "").has_value();
  };
  EXPECT_FALSE(commit(1));
  EXPECT_FALSE(commit(1));
  EXPECT_TRUE(commit(1));
  EXPECT_TRUE(commit(2));
  EXPECT_THAT(diary, ElementsAre("a 1", "b 1", "c 1", "a 2", "b 2", "c 2"));
}

TEST(Delivery, WhatCannotBeTakenBackGoesOutLast) {
  std::vector<std::string> diary;
  Job job;
  job.sinks.push_back({.uri = "console", .sink = std::make_unique<DiarySink>("console", diary, 0, false)});
  job.sinks.push_back({.uri = "csv:", .sink = std::make_unique<DiarySink>("csv:", diary, 1)});
  Delivery delivery(job, false);
  const auto prepared = delivery.prepare().value();
  EXPECT_FALSE(delivery.commit(prepared, {}, "", ""));
  EXPECT_THAT(diary, ElementsAre());
  EXPECT_TRUE(delivery.commit(prepared, {}, "", ""));
  EXPECT_THAT(diary, ElementsAre("csv: 0", "console 0"));
}

}  // namespace
}  // namespace temblor
