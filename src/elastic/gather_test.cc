#include "elastic/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "elastic/decide.h"
#include "elastic/pause.h"
#include "elastic/schedule_log.h"
#include "elastic/texts.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor::elastic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The runbook's row 6 from file to file: eight samples, a decision, and what follows from it.
struct GatherTest : ::testing::Test {
  GatherTest() {
    ::setenv("TZ", "CST-8", 1);
    ::tzset();
    conf.metrics_dir = "/m";
    conf.log_dir = "/log";
    conf.cpu_load_upper = 0.005;
    conf.cpu_load_lower = 0.001;
  }

  void sample() {
    ASSERT_TRUE(History(files, "/m").append({clock.now(), 10, 0.0065, {}}));
    clock.advance(std::chrono::seconds(10));
  }

  Situation gathered() {
    auto all = gather(files, conf, cluster, clock.now());
    EXPECT_TRUE(all) << all.error().to_line();
    return all->situation;
  }

  MemoryFileSystem files;
  SimClock clock{timestamp_from_ms(1'764'458'303'000)};
  Conf conf;
  Cluster cluster{JobState::kRunning, 3, 0, 3, 6, 3};
};

TEST_F(GatherTest, RunbookScalesOutOnce) {
  for (int i = 0; i < 8; ++i) sample();
  const Situation situation = gathered();
  const Decision decision = decide(situation);
  ASSERT_EQ(decision.actions.size(), 1U);
  const Texts texts(Language::kChinese);
  std::vector<std::string> said = {texts.decision_begins(),
                                   texts.state(situation.cluster.parallelism, situation.cluster.task_managers)};
  for (const Finding& finding : decision.findings) said.push_back(texts.finding(finding));
  ScheduleLog log(files, clock, "/log/elastic_schedule.log");
  ASSERT_TRUE(log.append(said));
  EXPECT_EQ(*read_file(files, "/log/elastic_schedule.log", 10'000),
            "[2025-11-30 07:19:43] ========== 开始决策 ==========\n"
            "[2025-11-30 07:19:43] 当前状态: 并行度=3, TM数量=3\n"
            "[2025-11-30 07:19:43] 吞吐量低于下限，触发并行度缩容\n"
            "[2025-11-30 07:19:43] CPU 负载超过上限，触发 TM 扩容\n"
            "[2025-11-30 07:19:43] 并行度已达下限 (3/3)\n");
  ASSERT_TRUE(spend(files, situation, decision.actions, clock.now()));
  sample();  // by another process, while a TaskManager starts
  ASSERT_TRUE(spend(files, situation, decision.actions, clock.now()));
  cluster.task_managers = 4;
  EXPECT_THAT(gathered().samples, IsEmpty());
  EXPECT_THAT(decide(gathered()).findings, ElementsAre(Finding{Note::kTooFewSamples, 0, 3}));

  // The history is deleted to start over, as the runbook does: the next eight samples count, the cooldown is over.
  ASSERT_TRUE(files.remove("/m/history_metrics.log"));
  for (int i = 0; i < 8; ++i) sample();
  EXPECT_EQ(gathered().samples.size(), 8U);
  EXPECT_EQ(decide(gathered()).actions, (std::vector<Action>{{Target::kTaskManagers, 4, 5, Note::kCpuHigh}}));
}

TEST_F(GatherTest, SpentSamplesOutliveAClockThatJumps) {
  for (int i = 0; i < 8; ++i) sample();
  const Situation situation = gathered();
  ASSERT_TRUE(spend(files, situation, decide(situation).actions, clock.now()));
  clock.set(clock.now() - std::chrono::hours(24));
  EXPECT_THAT(gathered().samples, IsEmpty());
  for (int i = 0; i < 4; ++i) sample();
  EXPECT_EQ(gathered().samples.size(), 4U);
  EXPECT_EQ(decide(gathered()).actions.size(), 1U) << "nobody knows how long ago the last action was";
}

TEST_F(GatherTest, PauseIsHeeded) {
  for (int i = 0; i < 8; ++i) sample();
  ASSERT_TRUE(PauseMarker(files, "/m").set(clock.now(), ""));
  EXPECT_THAT(decide(gathered()).actions, IsEmpty());
}

TEST_F(GatherTest, LinesStayLines) { EXPECT_EQ(dated(clock.now(), "a\r\nb"), "[2025-11-30 07:18:23] a  b"); }

}  // namespace
}  // namespace temblor::elastic
