#include "pipeline/job_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "connectors/memory/memory_sink.h"
#include "connectors/memory/memory_source.h"

namespace temblor {
namespace {

using ::testing::HasSubstr;

class ConsoleLike final : public Sink {
 public:
  Result<void> open(const std::string*) override { return {}; }
  Result<void> write(const WindowResults&) override { return {}; }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view, std::span<const WindowResults>) override { return {}; }
  [[nodiscard]] bool lasting() const override { return false; }
};

Job job_with(const std::vector<std::string>& sinks) {
  Job job;
  job.sources.push_back(
      {.uri = "file:/in",
       .source = std::make_unique<MemorySource>(std::make_shared<MemoryStream>(), MemorySource::Settings{})});
  for (const std::string& uri : sinks) {
    if (uri == "console") {
      job.sinks.push_back({.uri = uri, .sink = std::make_unique<ConsoleLike>()});
    } else {
      job.sinks.push_back({.uri = uri, .sink = std::make_unique<MemorySink>(std::make_shared<MemoryOutput>())});
    }
  }
  return job;
}

std::string refusal(const Job& then, const Job& now) {
  const auto checked = check_same_job(settings_of(then), settings_of(now), "/state");
  return checked ? "" : checked.error().to_line();
}

TEST(JobSettings, TheSameJobGoesOn) { EXPECT_EQ(refusal(job_with({"csv:"}), job_with({"csv:"})), ""); }

TEST(JobSettings, NameWhatIsDifferentAndWhere) {
  Job now = job_with({"csv:"});
  now.window = Milliseconds(500);
  const auto checked = check_same_job(settings_of(job_with({"csv:"})), settings_of(now), "/state");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().blame, Blame::kUser);
  EXPECT_EQ(checked.error().to_line(),
            "/state: holds the checkpoint of another job: --window was 1s, and is 500ms now (go on with the old "
            "setting, or give the new job a folder of its own)");
}

TEST(JobSettings, EverythingThatChangesResultsBelongsToThem) {
  const Job then = job_with({"csv:"});
  const auto differs = [&](const char* key, const std::function<void(Job&)>& change) {
    Job now = job_with({"csv:"});
    change(now);
    EXPECT_THAT(refusal(then, now), HasSubstr("--" + std::string(key) + " was ")) << key;
    EXPECT_NE(refusal(now, then), "") << key;
  };
  differs("from", [](Job& job) { job.sources[0].uri = "file:/other"; });
  differs("sink", [](Job& job) { job.sinks[0].uri = "csv:/other"; });
  differs("max-ahead", [](Job& job) { job.max_ahead = Milliseconds(1); });
  differs("out-of-orderness", [](Job& job) { job.out_of_orderness = Milliseconds(1); });
  differs("max-sensors", [](Job& job) { job.max_sensors = 1; });
  differs("amplitude-range", [](Job& job) { job.amplitude_range = AmplitudeRange{-1, 1}; });
  differs("delivery", [](Job& job) { job.delivery = DeliveryMode::kAtLeastOnce; });
  differs("late-sink", [](Job& job) { job.late_sink = NamedLetterSink{.uri = "file:/late", .sink = nullptr}; });
  differs("dead-letter", [](Job& job) { job.dead_letter_sink = NamedLetterSink{.uri = "file:/d", .sink = nullptr}; });
  Job processing = job_with({"csv:"});
  processing.time_mode = TimeMode::kProcessing;
  EXPECT_NE(refusal(then, processing), "");
}

TEST(JobSettings, WhatDoesNotChangeResultsMayChange) {
  Job now = job_with({"csv:"});
  now.threads = 5;
  now.batch_records = 1;
  now.checkpoint_interval = Milliseconds(1);
  now.max_records = 7;
  now.idle_timeout = Milliseconds(1);
  now.max_drift = Milliseconds(1);
  EXPECT_EQ(refusal(job_with({"csv:"}), now), "");
}

TEST(JobSettings, TheSourcesOwnAmplitudesMayBeWrittenOrNot) {
  Job now = job_with({"csv:"});
  now.amplitude_range = own_amplitude_range(now);
  EXPECT_EQ(now.amplitude_range, kRecordAmplitudes);
  EXPECT_EQ(to_string(*now.amplitude_range), "-10:10");
  EXPECT_EQ(refusal(job_with({"csv:"}), now), "");
  MemorySource::Settings counts;
  counts.traits.amplitude_range = kAnyAmplitude;
  now.sources.push_back(
      {.uri = "miniseed:/in", .source = std::make_unique<MemorySource>(std::make_shared<MemoryStream>(), counts)});
  EXPECT_EQ(own_amplitude_range(now), std::nullopt) << "they do not agree";
}

TEST(JobSettings, AConsoleComesAndGoes) {
  const Job then = job_with({"csv:", "file:/out"});
  EXPECT_EQ(refusal(then, job_with({"csv:", "file:/out", "console"})), "");
  EXPECT_EQ(refusal(then, job_with({"console", "csv:", "file:/out"})), "");
  EXPECT_EQ(refusal(then, job_with({"csv:", "console", "file:/out"})), "");
}

}  // namespace
}  // namespace temblor
