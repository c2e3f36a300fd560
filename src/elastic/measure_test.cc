#include "elastic/measure.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "elastic/situation.h"

namespace temblor::elastic {
namespace {

Timestamp at_second(double seconds) {
  return timestamp_from_ms(1'764'458'303'000 + static_cast<std::int64_t>(seconds * 1000));
}

constexpr double kSecond = 1e9;  // of CPU time, in nanoseconds

Observation with_source(double seconds, double records_out, std::string job = "a") {
  Observation seen{
      .time = at_second(seconds), .job_id = std::move(job), .job_state = JobState::kRunning, .parallelism = 3};
  seen.vertices.push_back(
      {.id = "s", .name = "Source", .is_source = true, .parallelism = 3, .records_in = 0, .records_out = records_out});
  return seen;
}

/// The throughput of each sample of one source.
std::vector<double> throughputs(const std::vector<std::pair<double, double>>& time_and_count) {
  std::vector<double> all;
  std::optional<Sample> before;
  for (const auto& [time, count] : time_and_count) {
    before = measure(before ? &*before : nullptr, with_source(time, count));
    all.push_back(before->throughput);
  }
  return all;
}

TEST(MeasureTest, FirstSampleSaysZeroAndKnowsTheTotal) {
  const Sample first = measure(nullptr, with_source(0, 15));
  EXPECT_EQ(first.throughput, 0);
  EXPECT_EQ(sample_line(first), "throughput=0/s | cpu=0.0000 | tm=0 | records=15");
  EXPECT_EQ(sample_line(measure(&first, with_source(10, 115))), "throughput=10/s | cpu=0.0000 | tm=0 | records=115");
}

TEST(MeasureTest, DividesByTheTimeInWhichTheValueChanged) {
  // Grows by 0, 34, 0, 0, 13 between samples 5 s apart.
  const auto seen = throughputs({{0, 10}, {5, 10}, {10, 44}, {15, 44}, {20, 44}, {25, 57}});
  EXPECT_EQ(seen[0], 0);
  EXPECT_EQ(seen[1], 0);
  EXPECT_DOUBLE_EQ(seen[2], 3.4);
  EXPECT_DOUBLE_EQ(seen[3], 3.4);  // not 0: nothing new is known
  EXPECT_DOUBLE_EQ(seen[4], 3.4);
  EXPECT_DOUBLE_EQ(seen[5], 13.0 / 15);
}

TEST(MeasureTest, SteadyLoadIsSeenAsSuchHoweverOftenItIsLookedAt) {
  for (const double interval : {0.7, 1.0, 3.0, 5.0, 10.0, 60.0}) {
    std::vector<std::pair<double, double>> samples;
    for (double time = 3.3; time < 300; time += interval) {
      const double refreshed = static_cast<double>(static_cast<int>(time / 10)) * 10;
      samples.emplace_back(time, refreshed * 100);
    }
    const auto seen = throughputs(samples);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (samples[i].first < 35 + interval) continue;
      EXPECT_NEAR(seen[i], 100, interval == 3.0 ? 25 : 12) << "every " << interval << " s, sample " << i;
    }
  }
}

TEST(MeasureTest, EarlySecondSampleDoesNotMultiplyTheRate) {
  const auto seen = throughputs({{0, 1000}, {1, 2000}});  // a refresh of 10 s came in this second
  EXPECT_DOUBLE_EQ(seen[1], 100);
}

TEST(MeasureTest, StandstillIsNoticedAndItsEndNotSpreadOverIt) {
  const auto seen = throughputs({{0, 0}, {10, 100}, {20, 100}, {30, 100}, {40, 100}, {90, 100}, {100, 300}});
  EXPECT_DOUBLE_EQ(seen[1], 10);
  EXPECT_DOUBLE_EQ(seen[3], 10);
  EXPECT_EQ(seen[4], 0);
  EXPECT_EQ(seen[5], 0);
  EXPECT_DOUBLE_EQ(seen[6], 10);  // 200 in at most 20 s
}

TEST(MeasureTest, GoesOnAcrossARestartOfTheCounter) {
  std::optional<Sample> before;
  for (const auto& [time, count] : std::vector<std::pair<double, double>>{{0, 100}, {10, 200}, {20, 50}, {30, 150}}) {
    before = measure(before ? &*before : nullptr, with_source(time, count));
    EXPECT_EQ(before->detail->began_again, time == 20) << time;
    EXPECT_EQ(before->detail->began, at_second(time < 20 ? 0 : 20)) << time;
    if (time == 20) {
      EXPECT_DOUBLE_EQ(before->throughput, 5);
    }
  }
  EXPECT_DOUBLE_EQ(before->throughput, 10);
  EXPECT_EQ(before->detail->records, 350);
}

TEST(MeasureTest, AnotherJobBeginsFromZeroEvenWhereItsCounterIsHigher) {
  const Sample first = measure(nullptr, with_source(0, 100));
  const Sample second = measure(&first, with_source(10, 120, "b"));
  EXPECT_DOUBLE_EQ(second.throughput, 12);
  EXPECT_EQ(second.detail->records, 220);
  EXPECT_TRUE(second.detail->began_again);
  EXPECT_EQ(second.detail->began, at_second(10));
  Observation other = with_source(20, 30, "c");
  other.vertices[0].id = "t";
  const Sample third = measure(&second, other);
  EXPECT_DOUBLE_EQ(third.throughput, 3);
  EXPECT_EQ(third.detail->records, 250);
}

TEST(MeasureTest, MissingMetricsAreNoZeroes) {
  Observation none = with_source(0, 0);
  none.vertices[0].records_in = none.vertices[0].records_out = std::nullopt;
  const Sample first = measure(nullptr, none);
  EXPECT_EQ(first.throughput, 0);
  const Sample second = measure(&first, with_source(10, 500));
  EXPECT_EQ(second.throughput, 0) << "it was seen for the first time";
  none.time = at_second(20);
  const Sample third = measure(&second, none);
  const Sample fourth = measure(&third, with_source(30, 700));
  EXPECT_DOUBLE_EQ(fourth.throughput, 10);
  EXPECT_EQ(fourth.detail->records, 700);
}

TEST(MeasureTest, AddsUpTheSourcesAndTheirLag) {
  Observation seen = with_source(0, 0);
  seen.vertices.push_back(
      {.id = "k", .name = "Kafka", .is_source = true, .records_in = 10, .records_out = 70, .pending = 30});
  seen.vertices.push_back({.id = "m", .name = "Map", .records_in = 1000, .records_out = 5});
  const Sample first = measure(nullptr, seen);
  EXPECT_EQ(first.detail->pending, 30);
  seen.time = at_second(10);
  seen.vertices[0].records_out = 100;
  seen.vertices[1].records_in = 60;  // it counts what it takes in: that is what it reads
  seen.vertices[1].pending = 20;
  seen.vertices[2].records_in = 1500;
  const Sample second = measure(&first, seen);
  EXPECT_DOUBLE_EQ(second.throughput, 15);
  EXPECT_EQ(second.detail->pending, 20);
  EXPECT_EQ(second.detail->vertices.at("m").records.rate, 50);
}

TEST(MeasureTest, ClockThatWasSetBackStartsOver) {
  const Sample first = measure(nullptr, with_source(100, 100));
  const Sample second = measure(&first, with_source(50, 200));
  EXPECT_EQ(second.throughput, 0);
  EXPECT_EQ(second.detail->records, 200);
}

Observation with_task_managers(double seconds, std::vector<TaskManagerMetrics> task_managers) {
  Observation seen{.time = at_second(seconds)};
  seen.task_managers = std::move(task_managers);
  return seen;
}

TEST(MeasureTest, CpuIsTheShareOfItsHostThatATaskManagerUsed) {
  // Two share the eight CPUs of one host, one has the four of another for itself.
  const Sample first = measure(nullptr, with_task_managers(0, {{"1", "a", 8, 0, {}, 4, 1},
                                                               {"2", "a", 8, 100 * kSecond, {}, 4, 0},
                                                               {"3", "b", 4, 7 * kSecond, {}, 4, 2}}));
  EXPECT_EQ(first.cpu, 0);
  EXPECT_EQ(first.detail->slots, 12);
  EXPECT_EQ(first.detail->free_slots, 3);
  const Sample second = measure(&first, with_task_managers(10, {{"1", "a", 8, 40 * kSecond, {}, 4, 1},
                                                                {"2", "a", 8, 120 * kSecond, {}, 4, 0},
                                                                {"3", "b", 4, 17 * kSecond, {}, 4, 2}}));
  EXPECT_DOUBLE_EQ(second.cpu, (1.0 + 0.5 + 0.25) / 3);
}

TEST(MeasureTest, ASmallTaskManagerOnABigHostCanReachItsBound) {
  // Two slots, both at work, on a host with 16 CPUs: of these it can never use more than an eighth.
  const Sample first = measure(nullptr, with_task_managers(0, {{"1", "a", 16, 0, 0.11, 2, 0}}));
  EXPECT_DOUBLE_EQ(first.cpu, 0.88) << "by the JVM's word, which is of all CPUs of the host";
  const Sample second = measure(&first, with_task_managers(10, {{"1", "a", 16, 18 * kSecond, 0.11, 2, 0}}));
  EXPECT_DOUBLE_EQ(second.cpu, 0.9);
  // What else the JVM does comes on top of the slots' work.
  EXPECT_DOUBLE_EQ(measure(&second, with_task_managers(20, {{"1", "a", 16, 43 * kSecond, {}, 2, 0}})).cpu, 1);
  // Ten of them on that host have less than two CPUs each.
  std::vector<TaskManagerMetrics> ten;
  for (int i = 0; i < 10; ++i) ten.push_back({std::to_string(i), "a", 16, 0, {}, 2, 0});
  const Sample before = measure(nullptr, with_task_managers(0, ten));
  for (TaskManagerMetrics& each : ten) each.cpu_time_ns = 8 * kSecond;
  EXPECT_DOUBLE_EQ(measure(&before, with_task_managers(10, ten)).cpu, 0.5);
}

TEST(MeasureTest, WithoutTwoSamplesTheJvmsWordForItsLoadCounts) {
  const Sample first = measure(nullptr, with_task_managers(0, {{"1", "a", 8, 5 * kSecond, 0.02, 8, 2},
                                                               {"2", "b", 8, {}, 0.04, 8, 2},
                                                               {"3", "b", 8, {}, {}, 8, 2}}));
  EXPECT_DOUBLE_EQ(first.cpu, (0.02 + 0.08) / 2) << "two on one host, and one of which nothing is known";
  // Five seconds later Flink has not asked anew.
  const Sample second = measure(&first, with_task_managers(5, {{"1", "a", 8, 5 * kSecond, 0.02, 8, 2}}));
  EXPECT_DOUBLE_EQ(second.cpu, 0.02);
}

TEST(ClusterOfTest, CeilingIsTheLeastOfTheVerticesThatTakeTheJobsParallelism) {
  Observation seen{.parallelism = 3};
  const auto add = [&](std::int64_t parallelism, std::int64_t most) {
    seen.vertices.push_back({.id = "v", .name = "v", .parallelism = parallelism, .max_parallelism = most});
    return cluster_of(seen).max_parallelism;
  };
  EXPECT_EQ(add(3, 0), 0) << "not known";
  EXPECT_EQ(add(3, 128), 128);
  EXPECT_EQ(add(3, 5), 5);
  EXPECT_EQ(add(1, 1), 5) << "a window over all, which nothing makes more than one of";
  seen.parallelism = 1;
  EXPECT_EQ(add(1, 128), 5) << "nor is it one while the job has no more";
}

}  // namespace
}  // namespace temblor::elastic
