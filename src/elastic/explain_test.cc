#include "elastic/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "base/limits.h"
#include "elastic/local_time.h"
#include "elastic/pause.h"
#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

using ::testing::HasSubstr;

struct ExplainTest : ::testing::Test {
  ExplainTest() {
    ::setenv("TZ", "CST-8", 1);
    ::tzset();
    record.time = timestamp_from_ms(1'764'458'303'000);
    record.cluster = {JobState::kRunning, 6, 128, 3, 6, 0};
    record.samples = 4;
    record.throughput = 1500;
    record.cpu = 0.5;
    record.pending = 20;
    record.busy = 0.93;
    record.capacity = 1610;
    record.decision.findings = {{Note::kThroughputHigh, 1500, 1000}};
    record.decision.actions = {{Target::kTaskManagers, 3, 4, Note::kThroughputHigh},
                               {Target::kParallelism, 6, 8, Note::kThroughputHigh}};
    record.outcomes = {{true, "", Milliseconds(4100), {}},
                       {false, "no \"slots\"", Milliseconds(900), Milliseconds(500)}};
  }
  DecisionRecord record;
};

TEST_F(ExplainTest, InBothLanguages) {
  EXPECT_EQ(explain(record, Texts(Language::kChinese)),
            "2025-11-30 07:18:23  POLICY=threshold\n"
            "当前状态: 并行度=6, TM数量=3，slot 6 个 (空闲 0)\n"
            "4 个采样，最新: 吞吐量 1500 条/秒，CPU 0.5000，繁忙度 0.93，积压 20 条，处理能力约 1610 条/秒\n"
            "有动作，因为:\n"
            "  - 吞吐量 1500 条/秒高于上限 1000\n"
            "  * TM 数量 3 -> 4: 完成，用时 4.1 秒\n"
            "  * 并行度 6 -> 8: 失败: no \"slots\"，用时 0.9 秒，作业中断 0.5 秒\n");
  record.decision = {{{Note::kTooFewSamples, 2, 3}}, {}};
  record.busy = record.pending = std::nullopt;
  record.capacity = 0;
  EXPECT_EQ(explain(record, Texts(Language::kEnglish)),
            "2025-11-30 07:18:23  POLICY=threshold\n"
            "state: parallelism=6, TaskManagers=3, 6 slots (0 free)\n"
            "4 samples, the newest: 1500 records/s, CPU 0.5000\n"
            "nothing was done, because:\n"
            "  - there are 2 samples in a row since the last action, and 3 are needed\n");
}

TEST_F(ExplainTest, ListsEvents) {
  EXPECT_EQ(
      list_events({record}, Texts(Language::kEnglish)),
      "2025-11-30 07:18:23  TaskManagers 3 -> 4  done, took 4.1 s  (throughput 1500/s is over the upper bound "
      "1000)\n"
      "2025-11-30 07:18:23  parallelism 6 -> 8  failed: no \"slots\", took 0.9 s, job down for 0.5 s  (throughput "
      "1500/s is over the upper bound 1000)\n");
  EXPECT_EQ(list_events({}, Texts(Language::kChinese)), "没有扩缩容事件\n");
}

TEST_F(ExplainTest, IsKeptAndReadBack) {
  const auto back = parse_decision_line(decision_line(record));
  ASSERT_TRUE(back);
  EXPECT_EQ(decision_line(*back), decision_line(record));
  EXPECT_EQ(back->decision.actions, record.decision.actions);
  EXPECT_EQ(back->decision.findings, record.decision.findings);
  EXPECT_EQ(back->outcomes[1].error, "no \"slots\"");
  EXPECT_FALSE(parse_decision_line("{\"time\":1"));
  EXPECT_FALSE(parse_decision_line("{}"));
  EXPECT_FALSE(parse_decision_line(decision_line(record).substr(0, 300)));
}

TEST_F(ExplainTest, LogFindsTheNewestAndTheEvents) {
  MemoryFileSystem files;
  DecisionLog log(files, "/m");
  EXPECT_FALSE(*log.newest());
  ASSERT_TRUE(log.append(record));
  record.time += Milliseconds(10'000);
  record.decision = {{{Note::kNormal}}, {}};
  ASSERT_TRUE(log.append(record));
  EXPECT_EQ((*log.newest())->time, record.time);
  EXPECT_EQ(log.events(10)->size(), 1U);

  // Grown large it is put aside, and still read.
  files.put("/m/decisions.jsonl",
            *read_file(files, "/m/decisions.jsonl", 10'000) + std::string(limits::kElasticDetailBytes, 'x') + "\n");
  ASSERT_TRUE(log.append(record));
  EXPECT_TRUE(files.exists("/m/decisions.jsonl.1"));
  EXPECT_EQ(log.events(10)->size(), 1U);
  ASSERT_TRUE(files.remove("/m/decisions.jsonl"));
  files.put("/m/decisions.jsonl.1", "half a li");
  EXPECT_FALSE(*log.newest());
}

TEST_F(ExplainTest, LocalTime) { EXPECT_EQ(local_time_of_day(record.time), std::chrono::minutes(7 * 60 + 18)); }

TEST(PauseTest, IsSetReadAndCleared) {
  MemoryFileSystem files;
  PauseMarker marker(files, "/m");
  EXPECT_FALSE(marker.is_set());
  ASSERT_TRUE(marker.clear());
  ASSERT_TRUE(marker.set(timestamp_from_ms(1'764'458'303'000), "maintenance"));
  EXPECT_TRUE(marker.is_set());
  EXPECT_THAT(**marker.read(), HasSubstr(":23 maintenance"));
  files.put("/m/paused", "");
  EXPECT_EQ(**marker.read(), "");
  ASSERT_TRUE(marker.clear());
  EXPECT_FALSE(marker.is_set());
  EXPECT_FALSE(*marker.read());
  EXPECT_FALSE(marker.set(timestamp_from_ms(0), "a\nb"));
}

}  // namespace
}  // namespace temblor::elastic
