#include "elastic/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "elastic/detail_json.h"
#include "elastic/file_tail.h"
#include "elastic/memory.h"
#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kStart = 1'764'458'303;
const std::string kLines = "/m/history_metrics.log";
const std::string kDetails = "/m/details.jsonl";

Timestamp at(std::int64_t seconds, std::int64_t ms = 0) { return timestamp_from_ms((kStart + seconds) * 1000 + ms); }

Sample sample(std::int64_t seconds, double throughput, double cpu) {
  Sample result{at(seconds, 250), throughput, cpu, Detail{}};
  result.detail->job_id = "job";
  result.detail->job_state = JobState::kRunning;
  result.detail->parallelism = 3;
  result.detail->task_managers = 2;
  result.detail->began = at(-40);
  result.detail->pending = 17;
  result.detail->vertices["v"] = {"Source: \"x\"\xff", true, 3, Counter{1.5, at(1), at(0), true, 0.1, 7}, 0.25};
  result.detail->vertices["w"] = {"Map", false, 3, Counter{}, std::nullopt};
  result.detail->cpu_time["tm"] = Counter{1e18, at(1), at(0), false, 0, 1e18};
  return result;
}

struct HistoryTest : ::testing::Test {
  MemoryFileSystem files;
  History history{files, "/m"};

  void append(const Sample& s) {
    const auto done = history.append(s);
    ASSERT_TRUE(done) << done.error().to_line();
  }
  Samples read(Timestamp now, std::string_view spent = {}) {
    auto samples = history.read(now, spent);
    EXPECT_TRUE(samples) << samples.error().to_line();
    return samples.value_or(Samples{});
  }
  void put(const std::string& lines) {
    ASSERT_TRUE(files.create_directories("/m"));
    files.put(kLines, lines);
  }
};

TEST_F(HistoryTest, WritesTheDocumentedFormat) {
  append(sample(0, 10.4, 0.00702));
  append(sample(10, 0, 1));
  EXPECT_EQ(*read_file(files, kLines, 1000),
            "1764458303,throughput:10,cpu:0.0070\n1764458313,throughput:0,cpu:1.0000\n");
}

TEST_F(HistoryTest, ReadsBackWhatASampleKnew) {
  append(sample(0, 10.4, 0.00702));
  const auto samples = read(at(5)).all;
  ASSERT_EQ(samples.size(), 1U);
  const Sample& s = samples[0];
  EXPECT_EQ(s.time, at(0, 250));
  EXPECT_EQ(s.throughput, 10.4);
  ASSERT_TRUE(s.detail);
  EXPECT_EQ(s.detail->job_state, JobState::kRunning);
  EXPECT_EQ(s.detail->pending, 17);
  EXPECT_EQ(s.detail->began, at(-40));
  EXPECT_EQ(s.detail->vertices.at("v").records, (Counter{1.5, at(1), at(0), true, 0.1, 7}));
  EXPECT_EQ(s.detail->vertices.at("v").busy, 0.25);
  EXPECT_FALSE(s.detail->vertices.at("w").busy);
  EXPECT_EQ(s.detail->cpu_time.at("tm").total, 1e18);
  EXPECT_EQ(detail_line(*parse_detail_line(detail_line(s))), detail_line(s));
}

TEST_F(HistoryTest, TakesLinesThatAPersonWrote) {
  put("1764458303,throughput:10,cpu:0.0070\r\n1764458313,throughput:12.5,cpu:0.5");
  const auto samples = read(at(20)).all;
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1].throughput, 12.5);
  EXPECT_FALSE(samples[1].detail);
}

TEST_F(HistoryTest, SamplesWithoutDetailAreKeptAsSuch) {
  append({at(0), 10, 0.5, {}});
  append(sample(0, 20, 0.5));  // 250 ms later
  append({at(0), 30, 0.5, {}});
  const auto samples = read(at(5)).all;
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_FALSE(samples[0].detail);
  EXPECT_EQ(samples[2].throughput, 20) << "in the order of their times";
}

TEST_F(HistoryTest, LeavesOutAndCountsWhatCannotBe) {
  put("8303,throughput:10,cpu:\n"
      "1764458303,throughput:1,cpu:0.1\n"
      "1764458313,through\n"
      "garbage\n"
      "1764458313,throughput:nan,cpu:0.1\n"
      "1764458313,throughput:-3,cpu:0.1\n"
      "1764458313,throughput:2,cpu:0.1 \n"
      "99999999999999999999,throughput:2,cpu:0.1\n"
      "1764459999,throughput:3,cpu:0.1\n"  // from the future
      "1764458323,throughput:4,cpu:0.1\n"  // then the clock was set back to …
      "1764458318,throughput:5,cpu:0.1\n"
      "1764458318,throughput:6,cpu:0.1\n");
  const Samples samples = read(at(30));
  ASSERT_EQ(samples.all.size(), 3U);
  EXPECT_EQ(samples.all[0].throughput, 1);
  EXPECT_EQ(samples.all[2].throughput, 6);
  EXPECT_EQ(samples.unreadable, 7U);
  EXPECT_EQ(samples.from_future, 1U);
  EXPECT_EQ(samples.out_of_order, 1U);
  EXPECT_EQ(samples.newest_line, "1764458318,throughput:6,cpu:0.1");
}

TEST_F(HistoryTest, TakesNoDetailFromTheFuture) {
  append(sample(0, 10, 0.5));
  // The line says the whole second, which is allowed for; its detail is 1.25 s ahead.
  const Samples samples = read(at(-1));
  ASSERT_EQ(samples.all.size(), 1);
  EXPECT_EQ(samples.all[0].time, at(0));
  EXPECT_FALSE(samples.all[0].detail);
}

TEST_F(HistoryTest, TakesNoDetailWithNumbersThatCannotBe) {
  const std::string line = detail_line(sample(0, 10, 0.5));
  ASSERT_TRUE(parse_detail_line(line));
  for (const char* key : {"\"time\":", "\"slots\":", "\"parallelism\":", "\"records\":[1.5,"}) {
    std::string damaged = line;
    const std::size_t begin = damaged.find(key) + std::string_view(key).size();
    damaged.replace(begin, damaged.find(',', begin) - begin, "1e300");
    EXPECT_FALSE(parse_detail_line(damaged)) << damaged;
  }
}

TEST_F(HistoryTest, HalfALineDoesNotSpoilTheNext) {
  put("1764458303,throughput:10,cpu:0.0070\n17644583");
  append(sample(20, 5, 0.5));
  const Samples samples = read(at(30));
  EXPECT_EQ(samples.all.size(), 2U);
  EXPECT_EQ(samples.unreadable, 1U);
}

TEST_F(HistoryTest, StartsOverWhereItWasDeleted) {
  append(sample(0, 10, 0.5));
  EXPECT_TRUE(*history.newest(at(1)));
  ASSERT_TRUE(files.remove(kLines));
  EXPECT_FALSE(*history.newest(at(1)));
  append(sample(10, 20, 0.5));
  EXPECT_EQ(lines_of(*read_file(files, kDetails, 10'000)).size(), 1U);
  EXPECT_EQ(read(at(20)).all.size(), 1U);
}

TEST_F(HistoryTest, SpentSamplesStaySpentUntilTheFileIsBegunAnew) {
  for (int i = 0; i < 4; ++i) append(sample(10 * i, i, 0.5));
  const std::string spent = read(at(15)).newest_line;
  EXPECT_EQ(read(at(40), spent).all.size(), 2U);
  // The clock is set back by a day: what is new counts although it looks old.
  append(sample(-86'400, 9, 0.5));
  EXPECT_EQ(read(at(40), spent).all.size(), 1U);
  ASSERT_TRUE(files.remove(kLines));
  append(sample(50, 9, 0.5));
  EXPECT_EQ(read(at(60), spent).all.size(), 1U);
}

TEST_F(HistoryTest, DetailsDoNotGrowWithoutBound) {
  Sample big = sample(0, 1, 0.5);
  for (int i = 0; i < 20'000; ++i) big.detail->cpu_time[std::to_string(i)] = Counter{};
  for (int i = 0; i < 40; ++i) {
    big.time = at(i);
    append(big);
    EXPECT_LT(*files.size(kDetails), limits::kElasticDetailBytes + (std::uint64_t{2} << 20));
  }
  EXPECT_TRUE(read(at(60)).all.back().detail);
}

TEST_F(HistoryTest, NothingIsThereAtFirst) {
  EXPECT_TRUE(read(at(0)).all.empty());
  EXPECT_FALSE(*history.newest(at(0)));
}

TEST(MemoryTest, IsKeptOnDisk) {
  MemoryFileSystem files;
  EXPECT_EQ(read_memory(files, "/m")->spent_line, "");
  Memory memory = remember({}, {{Target::kTaskManagers, 3, 4}, {Target::kParallelism, 3, 5}}, at(1), "line", 700);
  ASSERT_TRUE(write_memory(files, "/m", memory));
  auto read = read_memory(files, "/m");
  ASSERT_TRUE(read) << read.error().to_line();
  EXPECT_EQ(read->spent_line, "line");
  EXPECT_EQ(read->last_out, at(1));
  EXPECT_FALSE(read->last_in);
  ASSERT_TRUE(read->growth);
  EXPECT_EQ(read->growth->to, 5);
  EXPECT_EQ(read->growth->capacity_before, 700);
  memory = remember(*read, {{Target::kParallelism, 5, 4}}, at(2), "next", 900);
  EXPECT_EQ(memory.last_out, at(1));
  EXPECT_EQ(memory.last_in, at(2));
  EXPECT_EQ(memory.growth->to, 5) << "what it could do then is still true";
  EXPECT_EQ(remember(memory, {}, at(3), "other", 0).spent_line, "next");

  note_rescale(memory, true);
  note_rescale(memory, true);
  ASSERT_TRUE(write_memory(files, "/m", memory));
  EXPECT_EQ(read_memory(files, "/m")->failed_rescales, 2);
  note_rescale(memory, false);
  EXPECT_EQ(memory.failed_rescales, 0);

  files.put("/m/memory.json", "{\"spent_line\":");
  EXPECT_THAT(read_memory(files, "/m").error().to_line(), HasSubstr("/m/memory.json: is damaged (remove it"));
}

TEST(MemoryTest, PausesTwiceAsLongAfterEachFailure) {
  using std::chrono::seconds;
  EXPECT_EQ(pause_after_failures(0), seconds(0));
  EXPECT_EQ(pause_after_failures(1), seconds(60));
  EXPECT_EQ(pause_after_failures(3), seconds(240));
  EXPECT_EQ(pause_after_failures(1'000'000), std::chrono::hours(1));
}

TEST(FileTailTest, GivesWholeLines) {
  MemoryFileSystem files;
  files.put("/f", "one\ntwo\nthree\n");
  EXPECT_EQ(*read_tail(files, "/f", 100), "one\ntwo\nthree\n");
  EXPECT_EQ(*read_tail(files, "/f", 8), "three\n");
  EXPECT_EQ(*read_tail(files, "/f", 3), "");
  EXPECT_EQ(*read_tail(files, "/none", 3), "");
  EXPECT_THAT(lines_of("a\r\n\n b\nc"), ::testing::ElementsAre("a", " b", "c"));
}

}  // namespace
}  // namespace temblor::elastic
