#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "pipeline/test_bench.h"
#include "testing/faulty_file_system.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PipelineRestart, MaxRecordsCountsTheSameAfterARestart) {
  Bench bench;
  std::vector<MemoryEvent> events;
  for (int i = 0; i < 20; ++i) {
    events.emplace_back(reading(1000 * i));  // the end of a run closes the windows that are open
    events.emplace_back(MemoryRefusal{.bytes = "lost"});
  }
  bench.stream->add_split("a", std::move(events));
  for (const std::uint64_t most : {5U, 10U}) {
    Job job = bench.job();
    job.checkpoint_dir = "state";
    job.max_records = most;
    job.batch_records = 1;
    const Summary summary = bench.run_well(std::move(job));
    EXPECT_EQ(summary.life.records_accepted, most);
  }
}

TEST(PipelineRestart, ProcessingTimeDoesNotGoBackOverARestart) {
  Bench bench;
  bench.clock.set(timestamp_from_ms(kBegin + 400));
  bench.stream->add_split("a", {reading(0, 1), reading(0, 2)});
  const auto run = [&](std::uint64_t most) {
    Job job = bench.job();
    job.time_mode = TimeMode::kProcessing;
    job.checkpoint_dir = "state";
    job.max_records = most;
    return bench.run_well(std::move(job));
  };
  run(1);
  EXPECT_THAT(bench.results->visible(), ElementsAre(line(0, "1.0 1.0 1.0 1 0 0")));
  // The clock was set back, and the window at 0 has fired at the end of the first run.
  bench.clock.set(timestamp_from_ms(kBegin - 5000));
  const Summary summary = run(2);
  EXPECT_EQ(summary.life.late, 0U);
  EXPECT_THAT(bench.results->visible(), ElementsAre(line(0, "1.0 1.0 1.0 1 0 0"), line(1000, "2.0 2.0 2.0 1 0 0")));
}

TEST(PipelineRestart, AJobToWhichNothingHappensTakesNoCheckpoints) {
  for (const TimeMode mode : {TimeMode::kEvent, TimeMode::kProcessing}) {
    Bench bench;
    bench.source.traits.bounded = false;
    bench.stream->add_split("a", {reading(0)});
    FaultyFileSystem files(bench.files);
    const auto checkpoints = [&] {
      const auto operations = files.operations();
      return std::count(operations.begin(), operations.end(),
                        FaultyFileSystem::Operation{.name = "rename", .path = "state/checkpoint.tmp"});
    };
    Job job = bench.job();
    job.time_mode = mode;
    job.checkpoint_dir = "state";
    job.checkpoint_interval = Milliseconds(1);
    // Each look comes at least half a second after the one before it, by the job's clock: many intervals.
    int looks = 0;
    std::int64_t before = 0;
    std::int64_t quiet = 0;
    const auto watch = [&](const Progress& progress) {
      ++looks;
      if (looks == 30) before = checkpoints();
      if (looks == 60) {
        quiet = checkpoints();
        bench.stream->append("a", reading(5000));
        bench.stream->add_split("b", {reading(5000)}, 0);
      }
      // One checkpoint may hold both, or each may have its own.
      const bool kept = looks > 60 && progress.run.records_accepted == 3 && checkpoints() > quiet;
      bench.stop = bench.stop || kept || looks == 2000;
    };
    const auto summary =
        run_pipeline(std::move(job), {.clock = bench.clock, .files = files, .hash_seed = 1}, bench.stop, watch);
    ASSERT_TRUE(summary) << summary.error().to_line();
    EXPECT_EQ(quiet, before) << "nothing was new";
    EXPECT_LT(looks, 2000) << "what comes later is kept";
    EXPECT_EQ(summary->life.records_accepted, 3U);
    // The restart goes on from what the last checkpoint holds, not from an older one.
    bench.stop = false;
    bench.source.traits.bounded = true;
    job = bench.job();
    job.time_mode = mode;
    job.checkpoint_dir = "state";
    const Summary again = bench.run_well(std::move(job));
    EXPECT_EQ(again.run.records_read, 0U);
    EXPECT_EQ(again.life.records_accepted, 3U);
    EXPECT_TRUE(again.finished);
  }
}

TEST(PipelineRestart, ReadsOnWhileACheckpointIsWritten) {
  Bench bench;
  bench.source.traits.bounded = false;
  bench.stream->add_split("a", {reading(0)});
  FaultyFileSystem files(bench.files);
  constexpr std::size_t kMore = 50;
  std::atomic<int> syncs{0};
  std::atomic<std::size_t> read_meanwhile{0};
  files.watch([&](const FaultyFileSystem::Operation& operation) {
    if (operation != FaultyFileSystem::Operation{.name = "sync", .path = "state/checkpoint.tmp"}) return;
    // The first is of the checkpoint before anything is read.
    if (++syncs != 2) return;
    for (std::size_t i = 0; i < kMore; ++i) bench.stream->append("a", "no record");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (bench.dead->visible().size() < kMore && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    read_meanwhile = bench.dead->visible().size();
  });
  Job job = bench.job();
  job.delivery = DeliveryMode::kAtLeastOnce;  // letters leave as soon as there are some
  job.checkpoint_dir = "state";
  job.checkpoint_interval = Milliseconds(1);
  const auto watch = [&](const Progress&) { bench.stop = syncs > 1; };
  const auto summary =
      run_pipeline(std::move(job), {.clock = bench.clock, .files = files, .hash_seed = 1}, bench.stop, watch);
  ASSERT_TRUE(summary) << summary.error().to_line();
  EXPECT_EQ(read_meanwhile, kMore);
}

TEST(PipelineRestart, RefusesASplitThatIsGoneBeforeItsEnd) {
  Bench bench;
  bench.stream->add_split("a", {reading(0), reading(1)});
  Job job = bench.job();
  job.checkpoint_dir = "state";
  job.max_records = 1;
  bench.run_well(std::move(job));
  bench.stream = std::make_shared<MemoryStream>();
  bench.stream->add_split("b", {});
  job = bench.job();
  job.checkpoint_dir = "state";
  const auto summary = bench.run(std::move(job));
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().to_line(), HasSubstr("is gone"));
}

/// What there is once something was added, a day later, to a job that had finished; the last is from the future.
std::vector<MemoryEvent> a_day_later(std::vector<MemoryEvent> between) {
  constexpr std::int64_t kDay = 24 * 3600 * 1000;
  std::vector<MemoryEvent> events = {reading(0), reading(kDay + 10), reading(2 * kDay)};
  events.insert(events.end(), between.begin(), between.end());
  events.emplace_back(reading(2 * kDay + 2000));
  events.emplace_back(reading(2 * kDay + 120'000));
  return events;
}

TEST(PipelineRestart, WhatIsAddedToAFinishedJobIsOfItsOwnTime) {
  Bench bench;
  const auto run = [&] {
    Job job = bench.job();
    job.checkpoint_dir = "state";
    job.batch_records = 1;
    return bench.run(std::move(job));
  };
  bench.stream->add_split("a", {reading(0)});
  ASSERT_TRUE(run());
  bench.clock.advance(std::chrono::hours(24));
  bench.stream = std::make_shared<MemoryStream>();
  bench.stream->add_split("a", a_day_later({Error{Blame::kWorld, "is on fire", "a", ""}}));
  ASSERT_FALSE(run());
  // The reference outlasts this end: what was from the future then still is.
  bench.clock.advance(std::chrono::hours(1));
  bench.stream = std::make_shared<MemoryStream>();
  bench.stream->add_split("a", a_day_later({}));
  const auto summary = run();
  ASSERT_TRUE(summary) << summary.error().to_line();
  EXPECT_EQ(summary->life.records_accepted, 4U);
  EXPECT_EQ(dropped(*summary, Rejection::kTimestamp), 1U);
}

TEST(PipelineRestart, ExactlyOnceKeepsItsContractWithSinks) {
  Bench bench;
  std::vector<MemoryEvent> events;
  for (int i = 0; i < 50; ++i) events.emplace_back(reading(200 * i));
  bench.stream->add_split("a", std::move(events));
  for (const std::uint64_t most : {10U, 11U, 30U, 50U}) {
    Job job = bench.job();
    job.checkpoint_dir = "state";
    job.max_records = most;
    bench.run_well(std::move(job));
  }
  EXPECT_THAT(bench.results->violations(), IsEmpty());
  EXPECT_THAT(bench.late->violations(), IsEmpty());
}

}  // namespace
}  // namespace temblor
