#include "connectors/generator/generator_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "connectors/registry.h"
#include "proto/seismic_data.pb.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Timestamp kStart = timestamp_from_ms(1'700'000'000'000);

std::int64_t timestamp_of(std::string_view message) {
  com::example::seismic::SeismicRecord record;
  EXPECT_TRUE(record.ParseFromArray(message.data(), static_cast<int>(message.size())));
  return record.collect_timestamp();
}

class GeneratorSourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<Source> source(const std::string& uri) {
    auto made = make_source(uri, environment_);
    EXPECT_TRUE(made) << made.error().to_line();
    return std::move(*made);
  }

  std::unique_ptr<SplitReader> reader(Source& source, const SplitPosition* position = nullptr) {
    // What is measured from has no say in what is generated.
    auto opened = source.open("generator:", position, {.start = kStart, .reference = kStart + std::chrono::hours(24)});
    EXPECT_TRUE(opened) << opened.error().to_line();
    return std::move(*opened);
  }

  std::string refusal(const std::string& uri) {
    const auto made = make_source(uri, environment_);
    if (made) return "none";
    EXPECT_EQ(made.error().blame, Blame::kUser);
    return made.error().to_line();
  }

  /// Polls until `status`, and gives the messages with their offsets.
  std::vector<std::pair<Offset, std::string>> read(SplitReader& reader, PollStatus status, std::size_t max_records) {
    std::vector<std::pair<Offset, std::string>> messages;
    while (true) {
      const auto polled = reader.poll(batch_, max_records);
      EXPECT_TRUE(polled);
      EXPECT_LE(batch_.messages.size(), max_records);
      for (const Message& message : batch_.messages) messages.emplace_back(message.offset, message.bytes);
      if (!polled || *polled == status) return messages;
    }
  }

  SimClock clock_{kStart};
  MemoryFileSystem files_;
  Environment environment_{clock_, files_, 0};
  SourceBatch batch_;
};

TEST_F(GeneratorSourceTest, IsOneSplitInProcessingTime) {
  const auto made = source("generator:");
  EXPECT_THAT(*made->discover(), ElementsAre("generator:"));
  EXPECT_EQ(made->traits().time_mode, TimeMode::kProcessing);
  EXPECT_EQ(made->traits().amplitude_range.max, 10);
  EXPECT_TRUE(made->traits().bounded);
  EXPECT_TRUE(made->traits().rewindable);
  EXPECT_FALSE(source("generator:?records=unlimited")->traits().bounded);
}

TEST_F(GeneratorSourceTest, RefusesBadSettings) {
  EXPECT_THAT(refusal("generator:?record=1"), HasSubstr("unknown setting 'record' (known: records, sensors"));
  EXPECT_THAT(refusal("generator:?records=many"), HasSubstr("generator:?records=many: records: \"many\" is not valid"));
  EXPECT_THAT(refusal("generator:?sensors=0"), HasSubstr("give a number of sensors, 1 to"));
  EXPECT_THAT(refusal("generator:3000"), HasSubstr("takes no path"));
  EXPECT_THAT(refusal("generator:?start-time=1970-01-01"), HasSubstr("not after 1970"));
}

TEST_F(GeneratorSourceTest, GivesAllRecordsEndingAtTheStartOfTheJob) {
  const auto made = source("generator:?anomaly-rate=0");
  const auto reading = reader(*made);
  EXPECT_EQ(reading->pending(), 3000);
  const auto messages = read(*reading, PollStatus::kEnd, 7);
  ASSERT_EQ(messages.size(), 3000);
  for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].first, static_cast<Offset>(i));
  EXPECT_EQ(timestamp_of(messages.back().second), to_ms(kStart));
  EXPECT_EQ(batch_.reference, kStart);
  EXPECT_EQ(reading->pending(), 0);
  EXPECT_EQ(reading->poll(batch_, 7), PollStatus::kEnd);
  EXPECT_TRUE(batch_.messages.empty());
}

TEST_F(GeneratorSourceTest, GivesNothingWhenAskedForNothing) {
  const auto made = source("generator:?records=0");
  EXPECT_TRUE(read(*reader(*made), PollStatus::kEnd, 10).empty());
}

TEST_F(GeneratorSourceTest, GoesOnWithTheSameBytesAnywhereAndAtAnyTime) {
  const auto made = source("generator:?records=500&seed=5");
  const auto whole = read(*reader(*made), PollStatus::kEnd, 100);
  for (const Offset offset : {0, 1, 99, 250, 499, 500}) {
    clock_.advance(std::chrono::hours(1));
    const SplitPosition position{offset, {}};
    const auto rest = read(*reader(*made, &position), PollStatus::kEnd, 33);
    EXPECT_EQ(rest, decltype(rest)(whole.begin() + offset, whole.end())) << offset;
  }
}

TEST_F(GeneratorSourceTest, SaysWhereItIs) {
  const auto made = source("generator:");
  const auto reading = reader(*made);
  ASSERT_EQ(reading->poll(batch_, 7), PollStatus::kRecords);
  EXPECT_EQ(reading->position().offset, 7);
  EXPECT_EQ(reading->position().state, "");
}

TEST_F(GeneratorSourceTest, RefusesAPositionThatItCannotHaveBeenAt) {
  const auto made = source("generator:?records=10");
  for (const Offset offset : {-1, 11}) {
    const SplitPosition position{offset, {}};
    EXPECT_FALSE(made->open("generator:", &position, {kStart})) << offset;
  }
  EXPECT_FALSE(made->open("file:x", nullptr, {kStart}));
}

TEST_F(GeneratorSourceTest, KeepsABatchWithinItsBytes) {
  const auto made = source("generator:?records=unlimited&anomaly-rate=0");
  const auto reading = reader(*made);
  ASSERT_EQ(reading->poll(batch_, ~std::size_t{0}), PollStatus::kRecords);
  EXPECT_GT(batch_.messages.size(), 10'000);
  std::size_t bytes = 0;
  for (const Message& message : batch_.messages) bytes += message.bytes.size();
  EXPECT_GE(bytes, limits::kBatchBytes);
  EXPECT_LT(bytes, limits::kBatchBytes + 128);
  EXPECT_EQ(timestamp_of(batch_.messages.front().bytes), to_ms(kStart)) << "no later growth moved the bytes";
  EXPECT_EQ(reading->pending(), std::nullopt);
}

TEST_F(GeneratorSourceTest, GivesPacedRecordsWhenTheyAreDue) {
  const auto made = source("generator:?rate=1000&records=unlimited&anomaly-rate=0");
  const auto reading = reader(*made);
  ASSERT_EQ(reading->poll(batch_, 100), PollStatus::kRecords);
  ASSERT_EQ(batch_.messages.size(), 1);
  EXPECT_EQ(timestamp_of(batch_.messages[0].bytes), to_ms(kStart));
  clock_.advance(Milliseconds(20));
  ASSERT_EQ(reading->poll(batch_, 15), PollStatus::kRecords);
  EXPECT_EQ(batch_.messages.size(), 15) << "no more than asked for";
  ASSERT_EQ(reading->poll(batch_, 15), PollStatus::kRecords);
  EXPECT_EQ(batch_.messages.size(), 5);
  EXPECT_EQ(batch_.reference, clock_.now());
}

TEST_F(GeneratorSourceTest, WaitsAFewMillisecondsForARecordToFallDueAndNoLonger) {
  const auto made = source("generator:?rate=1&records=3");
  const auto reading = reader(*made);
  ASSERT_EQ(reading->poll(batch_, 100), PollStatus::kRecords);
  const auto before = clock_.monotonic();
  ASSERT_EQ(reading->poll(batch_, 100), PollStatus::kNothingYet);
  EXPECT_TRUE(batch_.messages.empty());
  EXPECT_LE(clock_.monotonic() - before, Milliseconds(5));
  clock_.advance(Milliseconds(997));
  ASSERT_EQ(reading->poll(batch_, 100), PollStatus::kRecords) << "the wait brought it";
  EXPECT_EQ(batch_.messages.size(), 1);
  clock_.advance(std::chrono::seconds(5));
  ASSERT_EQ(reading->poll(batch_, 100), PollStatus::kEnd);
  EXPECT_EQ(batch_.messages.size(), 1);
}

TEST_F(GeneratorSourceTest, CatchesUpAfterTheJobWasDown) {
  const auto made = source("generator:?rate=10&records=unlimited");
  clock_.advance(std::chrono::seconds(60));
  const SplitPosition position{100, {}};  // ten seconds' worth
  EXPECT_EQ(read(*reader(*made, &position), PollStatus::kNothingYet, 64).size(), 501);
}

TEST_F(GeneratorSourceTest, DoesNotWaitForAClockThatWasPutBack) {
  const auto made = source("generator:?rate=10&records=unlimited");
  clock_.set(kStart - std::chrono::hours(1));
  const SplitPosition position{100, {}};
  const auto reading = reader(*made, &position);
  ASSERT_EQ(reading->poll(batch_, 64), PollStatus::kRecords);
  EXPECT_EQ(batch_.messages.size(), 1);
  clock_.set(kStart + std::chrono::hours(1));
  EXPECT_EQ(reading->poll(batch_, 64), PollStatus::kNothingYet) << "nor hurry for one that was put forward";
}

TEST_F(GeneratorSourceTest, PacesRecordsOfAnotherTime) {
  const auto made = source("generator:?rate=10&records=2&anomaly-rate=0&start-time=2010-05-27");
  const auto reading = reader(*made);
  ASSERT_EQ(reading->poll(batch_, 64), PollStatus::kRecords);
  ASSERT_EQ(batch_.messages.size(), 1);
  EXPECT_EQ(timestamp_of(batch_.messages[0].bytes), 1'274'918'400'000);
  EXPECT_EQ(reading->poll(batch_, 64), PollStatus::kNothingYet);
}

}  // namespace
}  // namespace temblor
