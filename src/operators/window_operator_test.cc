#include "operators/window_operator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <thread>

namespace temblor {
namespace {

constexpr std::uint64_t kSeed = 99;

Timestamp at(std::int64_t ms) { return timestamp_from_ms(ms); }

void add(Combiner& combiner, std::string_view id, std::int64_t window_ms, float amplitude, Phase phase = Phase::kP) {
  const SensorKey sensor(id);
  const std::uint64_t hash = sensor.hash(kSeed);
  combiner.add(Combiner::key(hash, at(window_ms)), hash, sensor, at(window_ms), amplitude, phase);
}

std::vector<RefusedPartial> merge(WindowOperator& windows, Combiner& combiner) {
  std::vector<RefusedPartial> refused;
  windows.merge(combiner.partials(), refused);
  combiner.clear();
  return refused;
}

TEST(WindowOperator, EmitsAWindowOnceSortedBySensor) {
  WindowOperator windows({.shards = 4});
  Combiner combiner;
  add(combiner, "S002", 0, 2, Phase::kS);
  add(combiner, "S001", 0, 1, Phase::kP);
  add(combiner, "S001", 0, 4, Phase::kNoise);
  add(combiner, "S001", 1000, 9);
  EXPECT_TRUE(merge(windows, combiner).empty());
  EXPECT_EQ(windows.open_results(), 3U);
  EXPECT_TRUE(windows.advance(at(999)).empty());
  const auto closed = windows.advance(at(1000));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].window_start, at(0));
  EXPECT_EQ(closed[0].window_end, at(1000));
  ASSERT_EQ(closed[0].rows.size(), 2U);
  const ResultRow& first = closed[0].rows[0];
  EXPECT_EQ(first.sensor_id, "S001");
  EXPECT_EQ(first.avg_amplitude, 2.5F);
  EXPECT_EQ(first.max_amplitude, 4.0F);
  EXPECT_EQ(first.min_amplitude, 1.0F);
  EXPECT_EQ(first.p_phase_count, 1);
  EXPECT_EQ(first.s_phase_count, 0);
  EXPECT_EQ(first.n_phase_count, 1);
  EXPECT_EQ(closed[0].rows[1].sensor_id, "S002");
  EXPECT_EQ(windows.open_results(), 1U);
  EXPECT_TRUE(windows.advance(at(1000)).empty());
  EXPECT_EQ(windows.advance(kAfterAll).size(), 1U);
  EXPECT_EQ(windows.closed_through(), at(2000));
}

TEST(WindowOperator, RefusesWhatComesAfterItsWindowHasFired) {
  WindowOperator windows({});
  Combiner combiner;
  add(combiner, "S001", 0, 1);
  merge(windows, combiner);
  windows.advance(at(1000));
  add(combiner, "S001", 0, 1);
  add(combiner, "S001", 1000, 1);
  const auto refused = merge(windows, combiner);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].index, 0U);
  EXPECT_EQ(refused[0].reason, RefusedPartial::Reason::kLate);
}

TEST(WindowOperator, LimitsTheSensorsOfAWindowOverAllShards) {
  WindowOperator windows({.max_sensors = 10, .shards = 8});
  Combiner combiner;
  for (int i = 0; i < 50; ++i) add(combiner, "S" + std::to_string(i), 0, 1);
  const auto refused = merge(windows, combiner);
  EXPECT_EQ(refused.size(), 40U);
  for (const auto& each : refused) EXPECT_EQ(each.reason, RefusedPartial::Reason::kSensorLimit);
  EXPECT_EQ(windows.advance(kAfterAll).at(0).rows.size(), 10U);
}

TEST(WindowOperator, AFrozenStateDoesNotSeeWhatComesLater) {
  WindowOperator windows({});
  Combiner combiner;
  const std::string long_id(100, 'L');
  for (int i = 0; i < 1000; ++i) add(combiner, "S" + std::to_string(i), 0, 1);
  add(combiner, long_id, 0, 1);
  merge(windows, combiner);
  const WindowSnapshot snapshot = windows.freeze();
  for (int i = 0; i < 1000; ++i) add(combiner, "S" + std::to_string(i), 0, 5);
  for (int i = 0; i < 500; ++i) add(combiner, "T" + std::to_string(i), 0, 5);
  merge(windows, combiner);
  windows.advance(kAfterAll);

  ASSERT_EQ(snapshot.windows.size(), 1U);
  std::size_t entries = 0;
  bool long_seen = false;
  for (const auto& segment : snapshot.windows[0].table.segments) {
    for (const WindowEntry& entry : *segment) {
      ++entries;
      EXPECT_EQ(entry.aggregate.max(), 1.0F);
      EXPECT_EQ(entry.aggregate.count(), 1U);
      long_seen = long_seen || entry.sensor.id() == long_id;
    }
  }
  EXPECT_EQ(entries, 1001U);
  EXPECT_TRUE(long_seen);
}

TEST(WindowOperator, RestoredStateGoesOnAsIfNothingHadHappened) {
  WindowOperator first({.shards = 2});
  WindowOperator second({.shards = 16});
  Combiner combiner;
  for (int i = 0; i < 300; ++i) add(combiner, "S" + std::to_string(i % 100), i % 3 * 1000, static_cast<float>(i));
  merge(first, combiner);
  const WindowSnapshot snapshot = first.freeze();
  second.restore_closed_through(snapshot.closed_through);
  for (const FrozenWindow& window : snapshot.windows) {
    for (const auto& segment : window.table.segments) {
      for (const WindowEntry& entry : *segment) {
        second.restore(window.window_start, entry.sensor.id(), kSeed, entry.aggregate);
      }
    }
  }
  for (WindowOperator* windows : {&first, &second}) {
    for (int i = 0; i < 100; ++i) add(combiner, "S" + std::to_string(i), 2000, 0.5F);
    merge(*windows, combiner);
  }
  const auto a = first.advance(kAfterAll);
  const auto b = second.advance(kAfterAll);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].rows.size(), b[i].rows.size());
    for (std::size_t j = 0; j < a[i].rows.size(); ++j) {
      EXPECT_EQ(a[i].rows[j].sensor_id, b[i].rows[j].sensor_id);
      EXPECT_EQ(a[i].rows[j].avg_amplitude, b[i].rows[j].avg_amplitude);
      EXPECT_EQ(a[i].rows[j].p_phase_count, b[i].rows[j].p_phase_count);
    }
  }
}

TEST(WindowOperator, TakesPartialsFromManyThreads) {
  WindowOperator windows({.shards = 8});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&windows] {
      Combiner combiner;
      for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 200; ++i) add(combiner, "S" + std::to_string(i), 0, 1, Phase::kS);
        merge(windows, combiner);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto closed = windows.advance(kAfterAll);
  ASSERT_EQ(closed.size(), 1U);
  ASSERT_EQ(closed[0].rows.size(), 200U);
  for (const ResultRow& row : closed[0].rows) EXPECT_EQ(row.s_phase_count, 200);
}

TEST(WindowOperator, MinusZeroDoesNotMakeTheOrderMatter) {
  for (const auto& [first, second] : {std::pair{0.0F, -0.0F}, std::pair{-0.0F, 0.0F}}) {
    WindowOperator windows({});
    Combiner combiner;
    add(combiner, "S001", 0, first);
    add(combiner, "S001", 0, second);
    merge(windows, combiner);
    const auto closed = windows.advance(kAfterAll);
    EXPECT_FALSE(std::signbit(closed[0].rows[0].min_amplitude));
    EXPECT_FALSE(std::signbit(closed[0].rows[0].max_amplitude));
  }
}

}  // namespace
}  // namespace temblor
