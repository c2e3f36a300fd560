#include "elastic/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "elastic/texts.h"

namespace temblor::elastic {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Timestamp at_time(double time) { return timestamp_from_ms(1'764'458'303'000 + static_cast<std::int64_t>(time * 1000)); }

/// The documented cluster and conf, and samples 10 s apart.
struct DecideTest : ::testing::Test {
  Situation situation;

  DecideTest() {
    situation.cluster = {JobState::kRunning, 3, 0, 3, 6, 3};
    situation.now = at_time(0);
  }

  void add(double throughput, double cpu, double after = 10) {
    Sample sample{situation.samples.empty() ? at_time(0) : situation.samples.back().time, throughput, cpu, {}};
    if (!situation.samples.empty()) sample.time += Milliseconds(static_cast<std::int64_t>(after * 1000));
    situation.samples.push_back(sample);
    situation.now = sample.time;
  }

  void repeat(int times, double throughput, double cpu) {
    for (int i = 0; i < times; ++i) add(throughput, cpu);
  }

  /// Gives all samples a detail.
  void detail(double busy, std::optional<double> pending = {}) {
    for (Sample& sample : situation.samples) {
      sample.detail = Detail{};
      sample.detail->job_state = JobState::kRunning;
      sample.detail->task_managers = situation.cluster.task_managers;
      sample.detail->pending = pending;
      sample.detail->vertices["v"] = {"v", true, situation.cluster.parallelism, {}, busy};
    }
  }

  Decision decided() { return decide(situation); }

  std::vector<std::string> lines(Language language = Language::kChinese) {
    std::vector<std::string> all;
    for (const Finding& finding : decide(situation).findings) all.push_back(Texts(language).finding(finding));
    return all;
  }
};

Action parallelism(std::int64_t from, std::int64_t to, Note because) {
  return {Target::kParallelism, from, to, because};
}
Action task_managers(std::int64_t from, std::int64_t to, Note because) {
  return {Target::kTaskManagers, from, to, because};
}

TEST_F(DecideTest, SaysNormalWhereNothingIsCrossed) {
  repeat(8, 500, 0.5);
  EXPECT_THAT(lines(), ElementsAre("各项指标正常，无需调整"));
  EXPECT_THAT(decided().actions, IsEmpty());
}

TEST_F(DecideTest, RunbookAtTheLowerBounds) {
  repeat(8, 10, 0.0065);
  EXPECT_THAT(lines(), ElementsAre("吞吐量低于下限，触发并行度缩容", "CPU 负载低于下限，触发 TM 缩容",
                                   "并行度已达下限 (3/3)", "TM 数量已达下限 (3/3)"));
  EXPECT_THAT(decided().actions, IsEmpty());
}

TEST_F(DecideTest, RunbookScalesOutByCpu) {
  situation.conf.cpu_load_upper = 0.005;
  situation.conf.cpu_load_lower = 0.001;
  repeat(8, 10, 0.0065);
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(3, 4, Note::kCpuHigh)));
  EXPECT_THAT(lines(), ::testing::Contains("CPU 负载超过上限，触发 TM 扩容"));
  situation.cluster.task_managers = 6;
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ::testing::Contains("TM 数量已达上限 (6/6)"));
}

TEST_F(DecideTest, RunbookScalesInByCpu) {
  situation.conf.cpu_load_lower = 0.50;
  situation.cluster = {JobState::kRunning, 3, 0, 4, 8, 5};
  repeat(8, 10, 0.0065);
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(4, 3, Note::kCpuLow)));
}

TEST_F(DecideTest, NeedsThreeSamples) {
  repeat(2, 5000, 0.9);
  EXPECT_THAT(lines(), ElementsAre("采样数据不足 (2/3)，跳过本次决策"));
  add(5000, 0.9);
  EXPECT_THAT(lines(),
              ElementsAre("吞吐量超过上限，持续时间不足 (20/30 秒)", "CPU 负载超过上限，持续时间不足 (20/30 秒)"));
  EXPECT_THAT(decided().actions, IsEmpty());
  add(5000, 0.9);
  EXPECT_EQ(decided().actions.size(), 2U);
}

TEST_F(DecideTest, NeedsThemToSpanTheDurationAndAllToBeBeyond) {
  add(500, 0.5);
  for (int i = 0; i < 29; ++i) add(5000, 0.5, 1);
  EXPECT_THAT(decided().actions, IsEmpty()) << "28 s";
  add(5000, 0.5, 2);
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(3, 5, Note::kThroughputHigh)));
  add(1000, 0.5, 1);  // at the bound is not over it
  EXPECT_THAT(lines(), ElementsAre("各项指标正常，无需调整"));
  add(5000, 0.5, 40);
  add(5000, 0.5, 40);
  EXPECT_THAT(decided().actions, IsEmpty()) << "80 s, but two samples";
}

TEST_F(DecideTest, OldSamplesSayNothing) {
  repeat(8, 5000, 0.9);
  situation.now = at_time(70 + 301);
  EXPECT_THAT(lines(), ElementsAre("采样数据不足 (0/3)，跳过本次决策"));
  repeat(2, 5000, 0.9);
  situation.samples[8].time = at_time(70 + 301);
  situation.samples[9].time = at_time(70 + 311);
  situation.now = at_time(70 + 311);
  EXPECT_THAT(lines(), ElementsAre("采样数据不足 (2/3)，跳过本次决策"));
}

TEST_F(DecideTest, SlowLoopDecidesToo) {
  situation.conf.loop_interval = minutes(10);
  for (int i = 0; i < 3; ++i) add(5000, 0.5, 600);
  EXPECT_EQ(decided().actions.size(), 1U);
}

TEST_F(DecideTest, GrowsParallelismWithinBoundsAndSlots) {
  repeat(8, 5000, 0.5);
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(3, 5, Note::kThroughputHigh)));
  situation.cluster = {JobState::kRunning, 5, 0, 3, 6, 1};
  EXPECT_THAT(decided().actions,
              ElementsAre(task_managers(3, 4, Note::kThroughputHigh), parallelism(5, 7, Note::kThroughputHigh)));
  situation.cluster = {JobState::kRunning, 11, 0, 6, 12, 1};
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(11, 12, Note::kThroughputHigh)));
  situation.cluster = {JobState::kRunning, 12, 0, 6, 12, 0};
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("吞吐量超过上限，触发并行度扩容", "并行度已达上限 (12/12)"));
}

TEST_F(DecideTest, SlotsLimitTheParallelism) {
  repeat(8, 5000, 0.5);
  situation.cluster = {JobState::kRunning, 8, 0, 6, 12, 0};  // another job has four
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("吞吐量超过上限，触发并行度扩容", "可用 slot 不足 (14/12)，并行度受限"));
  situation.cluster = {JobState::kRunning, 5, 6, 3, 6, 1};
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(5, 6, Note::kThroughputHigh)));
  EXPECT_THAT(lines(), ::testing::Contains("作业最大并行度为 6，不能继续扩容"));
}

TEST_F(DecideTest, GrowingComesBeforeShrinking) {
  repeat(8, 100, 0.9);
  situation.cluster = {JobState::kRunning, 5, 0, 4, 8, 3};
  EXPECT_THAT(decided().actions,
              ElementsAre(task_managers(4, 5, Note::kCpuHigh), parallelism(5, 4, Note::kThroughputLow)));
}

TEST_F(DecideTest, ParallelismShrinksBeforeTheTaskManagerWhoseSlotsItGivesFree) {
  repeat(8, 100, 0.1);
  situation.cluster = {JobState::kRunning, 7, 0, 4, 8, 1};
  EXPECT_THAT(decided().actions,
              ElementsAre(parallelism(7, 6, Note::kThroughputLow), task_managers(4, 3, Note::kCpuLow)));
  situation.cluster = {JobState::kRunning, 8, 0, 4, 8, 0};
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(8, 7, Note::kThroughputLow)));
  EXPECT_THAT(lines(), ::testing::Contains("作业需要 7 个 slot，缩容后只剩 6 个，保留 TM"));
}

TEST_F(DecideTest, NeverTakesSlotsThatTheJobNeeds) {
  repeat(8, 500, 0.1);
  situation.cluster = {JobState::kRunning, 7, 0, 4, 8, 1};
  EXPECT_THAT(decided().actions, IsEmpty());
  situation.cluster = {JobState::kRunning, 6, 0, 4, 8, 0};  // two slots are another job's
  EXPECT_THAT(decided().actions, IsEmpty());
  situation.cluster = {JobState::kRunning, 6, 0, 4, 8, 2};
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(4, 3, Note::kCpuLow)));
}

TEST_F(DecideTest, DoesNotShrinkWhileTheJobRestarts) {
  repeat(8, 0, 0.01);
  situation.cluster = {JobState::kRestarting, 5, 0, 5, 10, 10};
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("吞吐量低于下限，触发并行度缩容", "CPU 负载低于下限，触发 TM 缩容",
                                   "作业正在重启，暂不调整"));
  situation.cluster = {JobState::kEnded, 0, 0, 5, 10, 10};
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(5, 4, Note::kCpuLow)));
}

TEST_F(DecideTest, DoesNotShrinkByWhatWasMeasuredWhileTheJobCameBack) {
  situation.cluster = {JobState::kRunning, 5, 0, 5, 10, 5};
  repeat(8, 100, 0.1);
  detail(0.2);
  situation.samples[6].detail->began_again = true;
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ::testing::Contains("作业正在重启，暂不调整"));
  situation.samples[6].detail->began_again = false;
  situation.samples[4].detail->job_state = JobState::kRestarting;
  EXPECT_THAT(decided().actions, IsEmpty());
  repeat(1, 100, 0.1);
  EXPECT_EQ(decided().actions.size(), 2U) << "the newest thirty seconds are behind it";
}

TEST_F(DecideTest, DoesNotShrinkWhileABacklogIsWorkedOff) {
  situation.cluster = {JobState::kRunning, 5, 0, 5, 10, 5};
  repeat(8, 150, 0.1);
  detail(0.2, 9000);
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ::testing::Contains("积压处理中 (9000 条)，暂不缩容"));
  detail(0.2, 1400);  // under ten seconds' worth
  EXPECT_EQ(decided().actions.size(), 2U);
}

TEST_F(DecideTest, CoolsDownForEachDirection) {
  situation.cluster = {JobState::kRunning, 5, 0, 5, 10, 5};
  repeat(8, 100, 0.1);
  situation.memory.last_out = at_time(70 - 50);
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ::testing::Contains("缩容冷却中 (剩余 10 秒)"));
  for (Sample& sample : situation.samples) sample.throughput = 3000;
  for (Sample& sample : situation.samples) sample.cpu = 0.5;
  EXPECT_EQ(decided().actions.size(), 1U) << "growing cools down sooner";
  situation.memory.last_in = at_time(70 - 20);
  EXPECT_THAT(lines(), ::testing::Contains("扩容冷却中 (剩余 10 秒)"));
  situation.memory.last_in = situation.memory.last_out = at_time(1e6);
  EXPECT_EQ(decided().actions.size(), 1U) << "by a clock that was set back";
}

TEST_F(DecideTest, PausesAndExcludes) {
  repeat(8, 5000, 0.9);
  situation.conf.exclude_windows = {{minutes(60), minutes(120)}};
  situation.time_of_day = minutes(90);
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(Language::kEnglish), ElementsAre("throughput over its upper bound, the parallelism is to grow",
                                                     "CPU load over its upper bound, TaskManagers are to be added",
                                                     "this is a window in which nothing is rescaled"));
  situation.time_of_day = minutes(120);
  EXPECT_EQ(decided().actions.size(), 2U);
  situation.paused = true;
  EXPECT_THAT(lines(), ElementsAre("弹性扩缩容已暂停，不执行任何操作"));
}

TEST_F(DecideTest, ReplacesTaskManagersThatDied) {
  situation.cluster = {JobState::kRestarting, 3, 0, 1, 2, 2};
  situation.conf.exclude_windows = {{minutes(0), minutes(1440)}};
  situation.memory.last_out = at_time(70);
  repeat(3, 500, 0.5);
  detail(0.5);
  EXPECT_THAT(decided().actions, IsEmpty());
  add(500, 0.5);
  detail(0.5);
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(1, 3, Note::kTmMissing)));
  EXPECT_THAT(lines(), ElementsAre("TM 数量不足 (1/3)，触发 TM 补足"));
  situation.cluster = {JobState::kRestarting, 9, 0, 4, 8, 8};
  detail(0.5);
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(4, 5, Note::kTmMissing))) << "the job needs nine slots";
}

struct ModelTest : DecideTest {
  ModelTest() { situation.conf.policy = Policy::kModel; }
};

TEST_F(ModelTest, ReachesTheRightSizeInOneStep) {
  // Three subtasks are busy all the time with 300/s, and 600/s more arrive: 100/s each, 900/s at 70 %.
  repeat(4, 300, 0.5);
  detail(1.0, 0);
  for (std::size_t i = 0; i < 4; ++i) situation.samples[i].detail->pending = 6000.0 * static_cast<double>(i + 1);
  // 900 / 0.7, and 21,000 of the 24,000 that wait in 300 s: 1356 / 100.
  situation.conf.parallelism_max = 20;
  situation.conf.task_manager_max_num = 10;
  EXPECT_THAT(decided().actions,
              ElementsAre(task_managers(3, 7, Note::kBacklogHigh), parallelism(3, 14, Note::kBacklogHigh)));
}

TEST_F(ModelTest, GrowsWithoutALagByItsUtilisation) {
  repeat(4, 300, 0.5);
  detail(1.0);
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(3, 5, Note::kBusyHigh)));
}

TEST_F(ModelTest, StaysWithinTheBand) {
  for (const double busy : {0.51, 0.7, 0.89}) {
    situation.samples.clear();
    situation.cluster = {JobState::kRunning, 6, 0, 3, 6, 0};
    repeat(40, 300, 0.5);
    detail(busy, 0);
    EXPECT_THAT(lines(), ElementsAre("各项指标正常，无需调整")) << busy;
  }
}

TEST_F(ModelTest, ShrinksToTheLargestNeedOfItsWindow) {
  situation.cluster = {JobState::kRunning, 10, 0, 5, 10, 0};
  repeat(20, 1000, 0.5);
  detail(0.2, 0);
  EXPECT_THAT(decided().actions, IsEmpty()) << "190 s";
  repeat(15, 1000, 0.5);
  detail(0.2, 0);
  for (std::size_t i = 10; i < 14; ++i) {
    situation.samples[i].detail->vertices["v"].busy = 0.4;
    situation.samples[i].throughput = 2000;
  }
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(10, 6, Note::kBusyLow), task_managers(5, 4, Note::kTmSurplus)))
      << "CPU needs four";
}

// Busy time is the mean of a minute: right after a backlog was worked off, it is still that of the work.
TEST_F(ModelTest, GrowsNotByABusyTimeOfBefore) {
  repeat(4, 300, 0.5);
  add(200, 0.5);
  detail(0.95, 0);
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("作业繁忙度超过上限，持续时间不足 (0/30 秒)"));
  repeat(4, 300, 0.5);
  detail(0.95, 0);
  EXPECT_EQ(decided().actions.size(), 1U);
}

TEST_F(ModelTest, AJobThatHasJustBegunIsLeftAlone) {
  repeat(3, 0, 0.5);
  detail(1.0, 0);
  for (Sample& sample : situation.samples) sample.detail->began = at_time(0);
  EXPECT_THAT(lines(), ElementsAre("作业正在重启，暂不调整"));
}

TEST_F(ModelTest, RemembersWhatASubtaskCouldDoAtItsLimit) {
  // Six subtasks with 500/s are busy for 0.2 of their time, so that two would do; but one could not do more than 100/s.
  situation.cluster = {JobState::kRunning, 6, 0, 3, 6, 0};
  repeat(40, 500, 0.5);
  detail(0.2, 0);
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(6, 3, Note::kBusyLow)));
  situation.memory.growth = Growth{at_time(0), 2, 6, 200};
  EXPECT_THAT(decided().actions, IsEmpty());
  for (Sample& sample : situation.samples) sample.throughput = 280;
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(6, 4, Note::kBusyLow)));
  situation.memory.growth->time = at_time(-100'000);
  EXPECT_THAT(decided().actions, ElementsAre(parallelism(6, 3, Note::kBusyLow))) << "that was yesterday";
}

TEST_F(ModelTest, IdleJobGoesToItsMinimum) {
  situation.cluster = {JobState::kRunning, 10, 0, 5, 10, 0};
  repeat(40, 0, 0.01);
  detail(0.0, 0);
  EXPECT_THAT(decided().actions,
              ElementsAre(parallelism(10, 3, Note::kBusyLow), task_managers(5, 3, Note::kTmSurplus)));
}

TEST_F(ModelTest, SaysThatItHasNothingToGoBy) {
  repeat(8, 300, 0.5);
  EXPECT_THAT(lines(), ElementsAre("缺少繁忙度指标，无法估算处理能力"));
}

TEST_F(ModelTest, NoticesThatGrowingWasInVain) {
  situation.cluster = {JobState::kRunning, 6, 0, 3, 6, 0};
  situation.memory.growth = Growth{at_time(-60), 3, 6, 300};
  repeat(4, 305, 0.5);
  detail(1.0);
  EXPECT_THAT(decided().actions, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("作业繁忙度超过上限，触发扩容", "上次扩容未见成效 (处理能力 300 -> 305 条/秒)"));
  for (Sample& sample : situation.samples) sample.throughput = 500;
  EXPECT_THAT(decided().actions, ElementsAre(task_managers(3, 5, Note::kBusyHigh), parallelism(6, 9, Note::kBusyHigh)));
}

TEST(NoteTest, EveryNoteHasItsNameAndItsWords) {
  for (std::size_t i = 0; i < kNoteNames.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kNoteNames[i].first), i);
    for (const Language language : {Language::kChinese, Language::kEnglish}) {
      const Texts texts(language);
      EXPECT_NE(texts.finding({kNoteNames[i].first, 1, 2}), "");
      EXPECT_NE(texts.explanation({kNoteNames[i].first, 1, 2}), "");
    }
  }
  EXPECT_EQ(static_cast<std::size_t>(Note::kLeftBehind) + 1, kNoteNames.size());
}

TEST(TextsTest, DocumentedLines) {
  const Texts texts(Language::kChinese);
  EXPECT_EQ(texts.decision_begins(), "========== 开始决策 ==========");
  EXPECT_EQ(texts.state(3, 3), "当前状态: 并行度=3, TM数量=3");
  EXPECT_EQ(texts.starting_tm("node02"), "在 node02 启动新 TM...");
  EXPECT_EQ(texts.tm_added("node02", 4), "node02 新增 TM，当前集群总数: 4");
  EXPECT_EQ(texts.rescaled(3, 5, "ab", Milliseconds(9840)), "并行度调整完成: 3 -> 5，新 Job ID: ab，中断 9.8 秒");
  const Texts english(Language::kEnglish);
  EXPECT_EQ(english.tm_not_registered("node02", seconds(60)),
            "the new TaskManager on node02 has not registered within 60 s, it is not counted");
  EXPECT_EQ(english.would_do({Target::kTaskManagers, 3, 4, Note::kCpuHigh}), "dry run, not done: TaskManagers 3 -> 4");
}

}  // namespace
}  // namespace temblor::elastic
