#include "elastic/simulation/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "elastic/explain.h"
#include "elastic/texts.h"

namespace temblor::elastic {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

LoadTrace constant(double rate) { return LoadTrace({{Milliseconds(0), rate}}); }

LoadTrace step(double from, double to, Milliseconds at) {
  return LoadTrace({{Milliseconds(0), from}, {at, from}, {at, to}});
}

/// A day of load between `low` and `high`, the highest at noon.
LoadTrace daily(double low, double high) {
  std::vector<LoadTrace::Point> points;
  constexpr double kPi = 3.14159265358979;
  for (int i = 0; i <= 96; ++i) {
    points.push_back({minutes(15 * i), low + (high - low) * (1 - std::cos(2 * kPi * i / 96)) / 2});
  }
  return LoadTrace(std::move(points));
}

Conf with_policy(Policy policy) {
  Conf conf;
  conf.policy = policy;
  return conf;
}

/// Bounds that are in nobody's way.
Conf wide(Policy policy) {
  Conf conf = with_policy(policy);
  conf.task_manager_min_num = 1;
  conf.task_manager_max_num = 100;
  conf.parallelism_min = 1;
  conf.parallelism_max = 200;
  return conf;
}

std::size_t actions_of(const SimRun& run) {
  std::size_t count = 0;
  for (const DecisionRecord& event : run.events) count += event.decision.actions.size();
  return count;
}

std::string told(const SimRun& run) { return list_events(run.events, Texts(Language::kEnglish)); }

/// No TaskManager was ever taken that the job needed.
void expect_slots_kept(const SimRun& run, std::int64_t slots_per_tm) {
  for (const DecisionRecord& event : run.events) {
    std::int64_t parallelism = event.cluster.parallelism;
    for (const Action& action : event.decision.actions) {
      if (action.target == Target::kParallelism) parallelism = action.to;
      if (action.target == Target::kTaskManagers && !action.grows()) {
        EXPECT_GE(action.to * slots_per_tm, parallelism);
      }
    }
  }
}

TEST(SimulateTest, ModelReachesTheRightSizeInThreeActionsAfterAStepOfAnyHeight) {
  for (const double height : {1.5, 3.0, 10.0, 40.0}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SimSettings settings;
      settings.seed = seed;
      settings.task_managers = 2;
      const double to = 800 * height;
      const auto run = simulate(wide(Policy::kModel), settings, step(800, to, minutes(10)), hours(2));
      const std::string told_run = "seed " + std::to_string(seed) + ", to " + std::to_string(to) + "\n" + told(run);
      EXPECT_LE(actions_of(run), 3U) << told_run;
      EXPECT_EQ(run.reversals, 0U) << told_run;
      EXPECT_LT(run.points.back().backlog, to * 10) << told_run;
      const double needed = to / settings.slot_rate;
      EXPECT_GE(static_cast<double>(run.points.back().parallelism), needed) << told_run;
      EXPECT_LE(static_cast<double>(run.points.back().parallelism), std::ceil(needed / 0.5) + 1) << told_run;
    }
  }
}

TEST(SimulateTest, ModelGoesByItsUtilisationWhereNoLagIsReported) {
  SimSettings settings;
  settings.reports_lag = false;
  settings.task_managers = 2;
  const auto run = simulate(wide(Policy::kModel), settings, step(800, 4000, minutes(10)), hours(2));
  EXPECT_LE(run.events.size(), 9U) << told(run);
  EXPECT_LT(run.points.back().backlog, 4000) << told(run);
}

TEST(SimulateTest, ModelShrinksAfterAStepDown) {
  SimSettings settings;
  settings.parallelism = 20;
  settings.task_managers = 10;
  const auto run = simulate(wide(Policy::kModel), settings, step(5600, 800, minutes(10)), hours(1));
  EXPECT_LE(run.events.size(), 3U) << told(run);
  EXPECT_EQ(run.points.back().parallelism, 3) << told(run);
  EXPECT_EQ(run.points.back().task_managers, 2) << told(run);
  expect_slots_kept(run, 2);
}

TEST(SimulateTest, ConstantNoisyLoadIsNoReasonToOscillate) {
  for (const Policy policy : {Policy::kThreshold, Policy::kModel}) {
    // Between the thresholds, at each of them, and at the edges of what the job can do.
    for (const double rate : {100.0, 200.0, 500.0, 840.0, 1000.0, 1080.0, 1190.0, 1500.0, 2000.0}) {
      SimSettings settings;
      settings.noise = 0.1;
      settings.seed = 3;
      const auto run = simulate(with_policy(policy), settings, constant(rate), hours(24));
      const std::string told_run = std::to_string(rate) + "/s\n" + told(run);
      EXPECT_EQ(run.reversals, 0U) << told_run;
      EXPECT_LE(actions_of(run), 12U) << told_run;
      expect_slots_kept(run, 2);
      // It has settled after the first hours.
      for (const auto& event : run.events) EXPECT_LT(event.time, timestamp_from_ms(0) + hours(18)) << told_run;
    }
  }
}

// Its busy time says that a quarter of the job would do. It shrinks to that once, grows back by what waits, and
// remembers.
TEST(SimulateTest, ASourceThatWaitsForItsBrokersIsSizedByWhatWaits) {
  for (const double rate : {300.0, 1000.0, 2000.0, 6000.0}) {
    SimSettings settings;
    settings.busy_at_most = 0.25;
    settings.noise = 0.1;
    settings.parallelism = 20;
    settings.task_managers = 10;
    const auto run = simulate(wide(Policy::kModel), settings, constant(rate), hours(24));
    const std::string told_run = std::to_string(rate) + "/s\n" + told(run);
    EXPECT_LE(run.reversals, 2U) << told_run;
    EXPECT_LE(actions_of(run), 8U) << told_run;
    EXPECT_LT(run.points.back().backlog, rate * 10) << told_run;
    for (const auto& event : run.events) EXPECT_LT(event.time, timestamp_from_ms(0) + hours(2)) << told_run;
  }
}

TEST(SimulateTest, RampIsFollowed) {
  const LoadTrace ramp({{minutes(0), 400}, {minutes(20), 400}, {minutes(80), 6000}, {hours(3), 6000}});
  const auto run = simulate(wide(Policy::kModel), SimSettings{}, ramp, hours(3));
  EXPECT_LT(run.behind, minutes(20)) << told(run);
  EXPECT_LE(run.events.size(), 14U) << told(run);
  EXPECT_EQ(run.reversals, 0U) << told(run);
  EXPECT_LT(run.points.back().backlog, 6000) << told(run);
}

TEST(SimulateTest, DailyWaveIsFollowed) {
  SimSettings settings;
  settings.seed = 3;
  const auto run = simulate(wide(Policy::kModel), settings, daily(400, 6000), hours(24));
  EXPECT_LT(run.behind, minutes(60)) << told(run);
  EXPECT_LE(run.events.size(), 60U) << told(run);
  EXPECT_LE(run.reversals, 1U) << told(run);
  EXPECT_LT(run.slot_hours, 24 * 20) << "a cluster for the peak would have cost 24 hours of 22 slots";
  expect_slots_kept(run, 2);
}

TEST(SimulateTest, ThresholdsFollowADailyWave) {
  SimSettings settings;
  settings.seed = 3;
  const auto run = simulate(with_policy(Policy::kThreshold), settings, daily(100, 3000), hours(24));
  EXPECT_EQ(run.reversals, 0U) << told(run);
  EXPECT_LE(run.events.size(), 40U) << told(run);
  expect_slots_kept(run, 2);
}

TEST(SimulateTest, SpikeIsRiddenOut) {
  const LoadTrace spike(
      {{minutes(0), 800}, {minutes(30), 800}, {minutes(30), 4000}, {minutes(31), 4000}, {minutes(31), 800}});
  for (const Policy policy : {Policy::kThreshold, Policy::kModel}) {
    const auto run = simulate(wide(policy), SimSettings{}, spike, hours(3));
    EXPECT_LT(run.points.back().backlog, 1000) << told(run);
    EXPECT_LE(run.reversals, 2U) << "up and down once, the job and its TaskManagers\n" << told(run);
    EXPECT_NEAR(run.processed, run.arrived, 2000);
  }
}

TEST(SimulateTest, DeadTaskManagerIsReplaced) {
  for (const Policy policy : {Policy::kThreshold, Policy::kModel}) {
    SimSettings settings;
    settings.parallelism = 6;
    const auto run = simulate(with_policy(policy), settings, constant(900), hours(2), 480,
                              {{hours(1), [](SimCluster& cluster) { cluster.kill_task_manager(); }}});
    EXPECT_GE(run.points.back().task_managers, 3) << told(run);
    EXPECT_LE(run.points.back().task_managers, 4) << "what waited is a load for the thresholds\n" << told(run);
    EXPECT_LT(run.down, minutes(4)) << told(run);
    EXPECT_LT(run.points.back().backlog, 9000) << told(run);
  }
}

TEST(SimulateTest, SlowStartsAndFailuresDoNoHarm) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SimSettings settings;
    settings.seed = seed;
    settings.tm_start = minutes(3);
    settings.rescale_downtime = minutes(1);
    settings.failing_actions = 0.2;
    settings.deaths_per_day = 6;
    const auto run = simulate(wide(Policy::kModel), settings, daily(400, 4000), hours(24));
    EXPECT_LT(run.points.back().backlog, 400 * 60) << "seed " << seed << "\n" << told(run);
    EXPECT_LT(run.behind, hours(6)) << "seed " << seed << "\n" << told(run);
    expect_slots_kept(run, 2);
  }
}

TEST(SimulateTest, AThousandTaskManagers) {
  Conf conf = wide(Policy::kModel);
  conf.task_manager_max_num = 1000;
  conf.parallelism_max = 2000;
  const auto run = simulate(conf, SimSettings{}, step(800, 550'000, minutes(5)), hours(1));
  EXPECT_LE(run.events.size(), 4U) << told(run);
  EXPECT_GE(run.points.back().task_managers, 900) << told(run);
  EXPECT_LE(run.points.back().task_managers, 1000) << told(run);
}

TEST(SimulateTest, SameSeedSameRun) {
  SimSettings settings;
  settings.deaths_per_day = 20;
  const auto first = simulate(wide(Policy::kModel), settings, daily(400, 4000), hours(6));
  const auto second = simulate(wide(Policy::kModel), settings, daily(400, 4000), hours(6));
  EXPECT_EQ(first.arrived, second.arrived);
  EXPECT_EQ(told(first), told(second));
  settings.seed = 2;
  EXPECT_NE(first.arrived, simulate(wide(Policy::kModel), settings, daily(400, 4000), hours(6)).arrived);
}

TEST(LoadTraceTest, ReadsPointsAndDrawsLines) {
  const auto load =
      LoadTrace::parse("seconds,records_per_second\r\n0,100\r\n# later\n\n10,200\n10, 400\n20,0\n", "l.csv");
  ASSERT_TRUE(load) << load.error().to_line();
  EXPECT_EQ(load->rate_at(seconds(5)), 150);
  EXPECT_EQ(load->rate_at(seconds(10)), 400);
  EXPECT_EQ(load->rate_at(seconds(15)), 200);
  EXPECT_EQ(load->rate_at(hours(1)), 0);
  EXPECT_EQ(load->length(), seconds(20));
}

TEST(LoadTraceTest, RefusesWhatIsNone) {
  const auto refused = [](std::string_view csv) { return LoadTrace::parse(csv, "l.csv").error().to_line(); };
  EXPECT_EQ(refused(""), "l.csv: has no points (write lines of seconds,records_per_second)");
  EXPECT_EQ(refused("0,1\n5;2\n"),
            "l.csv:2: \"5;2\" is no point of a load (write seconds,records_per_second, such as "
            "3600,1200)");
  EXPECT_THAT(refused("0,-1"), ::testing::StartsWith("l.csv:1: \"0,-1\""));
  EXPECT_THAT(refused("0,1\n5,nan"), ::testing::StartsWith("l.csv:2:"));
  EXPECT_THAT(refused("5,1\n0,1"), ::testing::StartsWith("l.csv:2: goes back in time"));
}

}  // namespace
}  // namespace temblor::elastic
