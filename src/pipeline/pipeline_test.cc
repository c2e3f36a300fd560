#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <new>
#include <thread>

#include "pipeline/test_bench.h"
#include "proto/letter.pb.h"
#include "schema/deserializer.h"

namespace temblor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Pipeline, AggregatesEachSensorInEachSecond) {
  Bench bench;
  bench.stream->add_split("a", {reading(0, 1), reading(10, 2, "S2"), reading(999, 3), reading(1000, 4)});
  const Summary summary = bench.run_well(bench.job());
  EXPECT_THAT(bench.results->visible(), ElementsAre(line(0, "2.0 3.0 1.0 2 0 0"), line(0, "2.0 2.0 2.0 1 0 0", "S2"),
                                                    line(1000, "4.0 4.0 4.0 1 0 0")));
  EXPECT_TRUE(summary.finished);
  EXPECT_EQ(summary.life.records_read, 4U);
  EXPECT_EQ(summary.life.windows_emitted, 2U);
  EXPECT_EQ(summary.life.results_emitted, 3U);
}

TEST(Pipeline, GivesTheSameWhateverTheThreadsAndBatches) {
  std::vector<std::vector<std::string>> all;
  for (const std::uint32_t threads : {1U, 2U, 5U}) {
    for (const std::size_t batch : {1U, 7U, 4096U}) {
      Bench bench;
      for (const auto& [name, bytes] : test_input(3, 6, 300)) {
        std::vector<MemoryEvent> events;
        for (std::string_view rest = bytes; !rest.empty();) {
          const FrameLength frame = read_frame_length(rest);
          events.emplace_back(std::string(rest.substr(frame.prefix, frame.length)));
          rest.remove_prefix(frame.prefix + frame.length);
        }
        bench.stream->add_split(name, std::move(events));
      }
      Job job = bench.job();
      job.threads = threads;
      job.batch_records = batch;
      const auto summary = bench.run(std::move(job), threads * batch);
      ASSERT_TRUE(summary);
      std::vector<std::string> outcome = bench.results->visible();
      auto letters = bench.late->visible();
      for (std::string& letter : bench.dead->visible()) letters.push_back(std::move(letter));
      std::sort(letters.begin(), letters.end());
      outcome.insert(outcome.end(), letters.begin(), letters.end());
      outcome.push_back(fmt::format("{} {} {} {}", summary->life.records_accepted,
                                    fmt::join(summary->life.dropped, ","), summary->life.late,
                                    summary->life.windows_emitted));
      all.push_back(std::move(outcome));
    }
  }
  ASSERT_GT(all.front().size(), 100U);
  for (const auto& outcome : all) EXPECT_TRUE(outcome == all.front());
}

TEST(Pipeline, TakesTheFirstBrokenRuleInTheOrderOfTheSpecification) {
  Bench bench;
  TestReading worst{.sensor = "", .time_ms = 0, .amplitude = 99, .phase = "X", .quality = 0};
  std::vector<MemoryEvent> events = {std::string("\xFF"), message_of(worst)};
  worst.quality = 1;
  events.emplace_back(message_of(worst));
  worst.amplitude = 10;  // the bounds are in the range
  events.emplace_back(message_of(worst));
  worst = {.time_ms = kBegin, .phase = "X"};
  events.emplace_back(message_of(worst));
  worst = {.sensor = std::string(256, 'x'), .time_ms = kBegin};
  events.emplace_back(message_of(worst));
  worst = {.time_ms = std::numeric_limits<std::int64_t>::min()};
  events.emplace_back(message_of(worst));
  events.emplace_back(MemoryRefusal{.bytes = "between messages"});
  bench.stream->add_split("a", std::move(events));
  const Summary summary = bench.run_well(bench.job());
  for (const Rejection reason :
       {Rejection::kParse, Rejection::kDataQuality, Rejection::kAmplitude, Rejection::kEmptyField,
        Rejection::kPhaseType, Rejection::kSensorIdLength, Rejection::kTimestamp, Rejection::kFrame}) {
    EXPECT_EQ(dropped(summary, reason), 1U) << to_string(reason);
  }
  EXPECT_EQ(summary.life.records_read, 8U);
  EXPECT_EQ(summary.life.records_accepted, 0U);
  EXPECT_THAT(bench.results->visible(), IsEmpty());
  const auto letters = bench.dead->visible();
  ASSERT_THAT(letters, SizeIs(8));
  v1::Letter letter;
  ASSERT_TRUE(letter.ParseFromString(letters[0]));
  EXPECT_EQ(letter.split(), "a");
  EXPECT_EQ(letter.offset(), 0);
  EXPECT_EQ(letter.reason(), "parse");
  EXPECT_EQ(letter.payload(), "\xFF");
}

TEST(Pipeline, AReadingFromTheYear2600DropsOnlyItself) {
  Bench bench;
  bench.stream->add_split("a", {reading(0), message_of({.time_ms = 19'880'640'000'000}), reading(1), reading(5000)});
  const Summary summary = bench.run_well(bench.job());
  EXPECT_EQ(dropped(summary, Rejection::kTimestamp), 1U);
  EXPECT_EQ(summary.life.records_accepted, 3U);
  EXPECT_EQ(summary.life.late, 0U);
}

TEST(Pipeline, LatenessIsDecidedByTheSplitAloneWhereverBatchesAreCut) {
  for (const std::size_t batch : {1U, 2U, 100U}) {
    Bench bench;
    // Up to 2 s the window at 0 is open; at 2000 the watermark is at its end.
    bench.stream->add_split("a", {reading(0), reading(1999), reading(500), reading(2000), reading(999), reading(1000)});
    bench.stream->add_split("slow", {reading(100, 5, "S2")});
    Job job = bench.job();
    job.batch_records = batch;
    const Summary summary = bench.run_well(std::move(job));
    EXPECT_EQ(summary.life.late, 1U) << batch;
    EXPECT_THAT(bench.results->visible(),
                ElementsAre(line(0, "1.0 1.0 1.0 2 0 0"), line(0, "5.0 5.0 5.0 1 0 0", "S2"),
                            line(1000, "1.0 1.0 1.0 2 0 0"), line(2000, "1.0 1.0 1.0 1 0 0")));
    ASSERT_THAT(bench.late->visible(), SizeIs(1));
    v1::Letter letter;
    ASSERT_TRUE(letter.ParseFromString(bench.late->visible()[0]));
    EXPECT_EQ(letter.reason(), "late");
    EXPECT_EQ(letter.offset(), 4);
    EXPECT_EQ(letter.time(), kBegin + 999);
    EXPECT_EQ(letter.payload(), reading(999));
  }
}

TEST(Pipeline, RefusesSensorsBeyondTheLimitAndCountsTheirReadings) {
  Bench bench;
  bench.stream->add_split("a", {reading(0, 1, "S1"), reading(1, 1, "S2"), reading(2, 1, "S3"), reading(3, 1, "S3"),
                                reading(4, 1, "S1"), reading(1000, 1, "S3")});
  Job job = bench.job();
  job.max_sensors = 2;
  const Summary summary = bench.run_well(std::move(job));
  EXPECT_EQ(dropped(summary, Rejection::kSensorLimit), 2U);
  EXPECT_EQ(summary.life.records_accepted, 4U);
  ASSERT_THAT(bench.dead->visible(), SizeIs(1));
  v1::Letter letter;
  ASSERT_TRUE(letter.ParseFromString(bench.dead->visible()[0]));
  EXPECT_EQ(letter.reason(), "sensor_limit");
  EXPECT_EQ(letter.count(), 2);
  EXPECT_LE(letter.offset(), 2) << "both lie in the range";
  EXPECT_GE(letter.end_offset(), 4);
  Record kept;
  ASSERT_TRUE(deserialize(letter.payload(), kept));
  EXPECT_EQ(kept.sensor_id, "S3");
  EXPECT_THAT(bench.results->visible(), Contains(HasSubstr("S3")).Times(1));
}

TEST(Pipeline, ReadsNoMoreThanMaxRecordsOverAllSplits) {
  for (const std::uint32_t threads : {1U, 3U}) {
    Bench bench;
    for (int split = 0; split < 3; ++split) {
      std::vector<MemoryEvent> events;
      for (int i = 0; i < 100; ++i) events.emplace_back(reading(i));
      bench.stream->add_split(std::to_string(split), std::move(events));
    }
    Job job = bench.job();
    job.max_records = 150;
    job.batch_records = 7;
    job.threads = threads;
    const Summary summary = bench.run_well(std::move(job));
    EXPECT_EQ(summary.life.records_read, 150U);
    EXPECT_TRUE(summary.finished);
  }
}

TEST(Pipeline, ProcessingTimeClosesWindowsByTheClockAndTheLastOnesAtTheEnd) {
  Bench bench;
  bench.clock.set(timestamp_from_ms(kBegin + 400));
  bench.stream->add_split("a", {reading(-100'000, 1), reading(+500'000'000, 3)});
  Job job = bench.job();
  job.time_mode = TimeMode::kProcessing;
  const Summary summary = bench.run_well(std::move(job));
  EXPECT_THAT(bench.results->visible(), ElementsAre(line(0, "2.0 3.0 1.0 2 0 0")));
  EXPECT_EQ(summary.life.late, 0U);
}

/// Runs an unbounded job until its results are as many as expected, then stops it.
std::vector<std::string> results_until(Bench& bench, Job job, std::size_t count) {
  std::thread watcher([&] {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (bench.results->visible().size() < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    bench.stop = true;
  });
  bench.run_well(std::move(job));
  watcher.join();
  return bench.results->visible();
}

TEST(Pipeline, AnIdleSplitDoesNotHoldWindows) {
  Bench bench;
  bench.source.traits.bounded = false;
  bench.stream->add_split("empty", {});
  bench.stream->add_split("full", {reading(0), reading(3000)});
  EXPECT_THAT(results_until(bench, bench.job(), 1), ElementsAre(line(0, "1.0 1.0 1.0 1 0 0")));
}

TEST(Pipeline, WhenAllSplitsAreIdleWhatTheFurthestHasCompletedComesOut) {
  Bench bench;
  bench.source.traits.bounded = false;
  bench.stream->add_split("behind", {reading(100, 2, "S2")});
  bench.stream->add_split("ahead", {reading(0), reading(3000)});
  EXPECT_THAT(results_until(bench, bench.job(), 2),
              ElementsAre(line(0, "1.0 1.0 1.0 1 0 0"), line(0, "2.0 2.0 2.0 1 0 0", "S2")));
}

TEST(Pipeline, ASplitThatCannotBeAskedHoldsWindows) {
  Bench bench;
  bench.source.traits.bounded = false;
  std::vector<MemoryEvent> outage(500, PollStatus::kUnavailable);
  outage.emplace_back(reading(100, 9, "S2"));
  outage.emplace_back(reading(3000, 9, "S2"));
  bench.stream->add_split("away", std::move(outage));
  bench.stream->add_split("full", {reading(0), reading(3000)});
  Job job = bench.job();
  job.idle_timeout = Milliseconds(50);  // sleeps move the clock: the outage is far longer
  EXPECT_THAT(results_until(bench, std::move(job), 2),
              ElementsAre(line(0, "1.0 1.0 1.0 1 0 0"), line(0, "9.0 9.0 9.0 1 0 0", "S2")));
  EXPECT_THAT(bench.late->visible(), IsEmpty());
}

TEST(Pipeline, AFastSplitWaitsForTheSlow) {
  Bench bench;
  std::vector<MemoryEvent> fast;
  for (int i = 0; i < 100; ++i) fast.emplace_back(reading(1000 * i, 1, "fast"));
  std::vector<MemoryEvent> slow(200, PollStatus::kUnavailable);
  slow.insert(slow.begin(), reading(0, 1, "slow"));
  slow.emplace_back(reading(99'000, 1, "slow"));
  bench.stream->add_split("fast", std::move(fast));
  bench.stream->add_split("slow", std::move(slow));
  Job job = bench.job();
  job.max_drift = Milliseconds(5000);
  job.batch_records = 1;
  job.max_records = 60;  // more than the drift lets through while the slow one is away, were it not for its end
  const Summary summary = bench.run_well(std::move(job));
  EXPECT_EQ(summary.life.late, 0U);
  EXPECT_EQ(summary.life.records_accepted, 60U);
}

TEST(Pipeline, AFailingSourceEndsTheJobWithItsError) {
  Bench bench;
  bench.stream->add_split("a", {reading(0), Error{Blame::kWorld, "is on fire", "a", ""}});
  const auto summary = bench.run(bench.job());
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().what, "is on fire");
}

/// A split whose third batch finds no memory; the others wait for it and a checkpoint meanwhile.
class ExhaustedSource final : public Source {
 public:
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Result<std::vector<SplitId>> discover() override { return std::vector<SplitId>{"a", "b", "c"}; }
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* /*position*/,
                                            const JobTimes& /*job*/) override {
    return std::make_unique<Reader>(split == "b");
  }

 private:
  class Reader final : public SplitReader {
   public:
    explicit Reader(bool exhausted) : exhausted_(exhausted) {}
    Result<PollStatus> poll(SourceBatch& batch, std::size_t /*max_records*/) override {
      batch.clear();
      if (exhausted_ && ++polls_ == 3) throw std::bad_alloc();
      return PollStatus::kNothingYet;
    }
    [[nodiscard]] SplitPosition position() const override { return {}; }

   private:
    bool exhausted_;
    int polls_ = 0;
  };
};

TEST(Pipeline, AWorkerWithoutMemoryEndsTheJobWithAnError) {
  for (const std::uint32_t threads : {1U, 3U}) {
    for (const std::string state : {"", "state"}) {
      Bench bench;
      Job job = bench.job();
      job.sources.clear();
      job.sources.push_back({.uri = "exhausted:", .source = std::make_unique<ExhaustedSource>()});
      job.threads = threads;
      job.checkpoint_dir = state;
      job.checkpoint_interval = Milliseconds(1);
      const auto summary = bench.run(std::move(job));
      ASSERT_FALSE(summary);
      EXPECT_EQ(summary.error().where, "memory");
      EXPECT_EQ(summary.error().blame, Blame::kWorld);
    }
  }
}

}  // namespace
}  // namespace temblor
