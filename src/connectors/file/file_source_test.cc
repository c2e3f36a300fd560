#include "connectors/file/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/registry.h"
#include "schema/serializer.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Timestamp kJobStart = timestamp_from_ms(1'000'000);

std::string frame(std::string_view message) {
  std::string framed;
  append_delimited(message, framed);
  return framed;
}

class FileSourceTest : public ::testing::Test {
 protected:
  void append(const std::string& path, std::string_view bytes) {
    auto file = files_.open_append(path);
    ASSERT_TRUE(file) << file.error().to_line();
    ASSERT_TRUE((*file)->append(bytes));
  }

  std::unique_ptr<Source> make(std::string_view uri) {
    auto source = make_source(uri, environment_);
    EXPECT_TRUE(source) << source.error().to_line();
    return std::move(*source);
  }

  Error refused(std::string_view uri) {
    auto source = make_source(uri, environment_);
    EXPECT_FALSE(source) << uri;
    return source ? Error{} : source.error();
  }

  MemoryFileSystem files_;
  SimClock clock_;
  Environment environment_{.clock = clock_, .files = files_, .hash_seed = 0};
};

std::vector<std::string> poll(SplitReader& reader, PollStatus expected) {
  SourceBatch batch;
  const auto status = reader.poll(batch, 100);
  EXPECT_TRUE(status) << status.error().to_line();
  EXPECT_EQ(status.value_or(PollStatus::kUnavailable), expected);
  std::vector<std::string> messages;
  for (const Message& message : batch.messages) messages.emplace_back(message.bytes);
  return messages;
}

TEST_F(FileSourceTest, IsASplitForEachFile) {
  append("/b.pb", "");
  append("/a.pb", "");
  append("/a.txt", "");
  EXPECT_THAT(make("file:/a.pb")->discover().value(), ElementsAre("file:/a.pb"));
  EXPECT_THAT(make("file:/*.pb")->discover().value(), ElementsAre("file:/a.pb", "file:/b.pb"));
  EXPECT_THAT(make("file:/%3F.pb")->discover().value(), ElementsAre("file:/a.pb", "file:/b.pb"));
}

TEST_F(FileSourceTest, TakesAnExistingNameAsItIs) {
  append("/[a].pb", frame("odd name"));
  append("/a.pb", "");
  EXPECT_THAT(make("file:/[a].pb")->discover().value(), ElementsAre("file:/[a].pb"));
}

TEST_F(FileSourceTest, RefusesWhatCannotBeReadBeforeItBegins) {
  append("/a.pb", "");
  ASSERT_TRUE(files_.create_directories("/folder"));
  for (const std::string uri : {"file:/missing.pb", "file:/missing*.pb", "file:/missing.pb?follow", "file:/folder",
                                "file:", "file:/a.pb?folow", "file:/a.pb?follow=yes", "-?follow"}) {
    const Error error = refused(uri);
    EXPECT_EQ(error.blame, Blame::kUser) << uri;
    EXPECT_EQ(error.where, uri);
    EXPECT_FALSE(error.remedy.empty()) << uri;
  }
}

TEST_F(FileSourceTest, FollowsAFileThatGrows) {
  append("/a.pb", frame("one") + "\x05t");
  const auto source = make("file:/a.pb?follow");
  EXPECT_FALSE(source->traits().bounded);
  const auto reader = source->open("file:/a.pb", nullptr, {kJobStart}).value();
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), ElementsAre("one"));
  EXPECT_THAT(poll(*reader, PollStatus::kNothingYet), IsEmpty()) << "a torn tail is waited for";
  EXPECT_EQ(reader->pending(), 2U);
  EXPECT_EQ(reader->position().offset, 4);
  append("/a.pb", "wo");
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), IsEmpty());
  EXPECT_THAT(poll(*reader, PollStatus::kNothingYet), IsEmpty());
  append("/a.pb", "22" + frame("three"));
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), ElementsAre("two22", "three"));
  EXPECT_THAT(poll(*reader, PollStatus::kNothingYet), IsEmpty());
}

TEST_F(FileSourceTest, TakesTheTimeOfReadingForReferenceWhereAFileGrows) {
  append("/a.pb", frame("one"));
  const auto reader = make("file:/a.pb?follow")->open("file:/a.pb", nullptr, {kJobStart}).value();
  clock_.set(timestamp_from_ms(5'000'000));
  SourceBatch batch;
  ASSERT_TRUE(reader->poll(batch, 1));
  EXPECT_EQ(batch.reference, timestamp_from_ms(5'000'000));
}

TEST_F(FileSourceTest, TakesTheJobsReferenceWhereItDoesNot) {
  append("/a.pb", frame("one"));
  const JobTimes later{.start = kJobStart, .reference = kJobStart + std::chrono::hours(24)};
  for (const JobTimes& job : {JobTimes{kJobStart}, later}) {
    const auto reader = make("file:/a.pb")->open("file:/a.pb", nullptr, job).value();
    SourceBatch batch;
    ASSERT_TRUE(reader->poll(batch, 1));
    EXPECT_EQ(batch.reference, job.reference);
  }
}

TEST_F(FileSourceTest, TakesTheTimeOfReadingForReferenceOfStandardInput) {
  files_.set_standard_input(frame("one") + frame("two"));
  const auto reader = make("-")->open("-", nullptr, {kJobStart}).value();
  clock_.set(timestamp_from_ms(5'000'000));
  SourceBatch batch;
  ASSERT_TRUE(reader->poll(batch, 1));
  EXPECT_EQ(batch.reference, timestamp_from_ms(5'000'000));
}

TEST_F(FileSourceTest, FindsNewFilesWhereItFollows) {
  const auto source = make("file:/*.pb?follow");
  EXPECT_THAT(source->discover().value(), IsEmpty());
  append("/b.pb", "");
  EXPECT_THAT(source->discover().value(), ElementsAre("file:/b.pb"));
  append("/a.pb", "");
  EXPECT_THAT(source->discover().value(), ElementsAre("file:/a.pb", "file:/b.pb"));
}

TEST_F(FileSourceTest, WaitsForTheSecondRecordWhereFramesAreLookedFor) {
  // With one record alone the place could not be told from noise; and what is decided must not depend on when.
  Record record;
  record.sensor_id = "S001";
  std::string message;
  serialize(record, message);
  const std::string junk = std::string(10, '\x80') + '\0';  // no varint, and zeros wherever else one begins
  append("/a.pb", junk + frame(message));
  const auto reader = make("file:/a.pb?follow")->open("file:/a.pb", nullptr, {kJobStart}).value();
  SourceBatch batch;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(reader->poll(batch, 10));
    EXPECT_THAT(batch.refusals, IsEmpty());
  }
  EXPECT_EQ(reader->position().offset, 0);
  append("/a.pb", frame(message));
  ASSERT_TRUE(reader->poll(batch, 10));
  ASSERT_EQ(batch.refusals.size(), 1U);
  EXPECT_EQ(batch.refusals[0].end_offset, 11);
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), ElementsAre(message, message));
}

TEST_F(FileSourceTest, ReadsTheSameHoweverAFileGrows) {
  Record record;
  std::string bytes;
  for (const std::string id : {"A", "BB", "CCC", "DDDD", "EEEEE", "FFFFFF"}) {
    record.sensor_id = id;
    std::string message;
    serialize(record, message);
    bytes += frame(message);
    if (id == "BB") bytes += std::string(100, '\xFF');
    if (id == "DDDD") bytes += std::string(20, '\x80') + "noise";
  }
  bytes += std::string(2000, '\0');  // behind them, so that every place can be told from noise
  const auto read = [&](std::size_t piece) {
    EXPECT_TRUE(files_.remove("/a.pb"));
    append("/a.pb", "");
    const auto reader = make("file:/a.pb?follow")->open("file:/a.pb", nullptr, {kJobStart}).value();
    std::vector<std::pair<Offset, std::string>> events;
    SourceBatch batch;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      append("/a.pb", std::string_view(bytes).substr(at, piece));
      while (reader->poll(batch, 3).value() == PollStatus::kRecords) {
        for (const Message& message : batch.messages) events.emplace_back(message.offset, message.bytes);
        for (const Refusal& refusal : batch.refusals) events.emplace_back(refusal.offset, refusal.bytes);
      }
    }
    EXPECT_EQ(reader->position().offset, static_cast<Offset>(bytes.size()));
    return events;
  };
  const auto whole = read(bytes.size());
  EXPECT_EQ(whole.size(), 6U + 2U + 2000U);
  for (const std::size_t piece : {1U, 2U, 13U, 50U, 111U}) EXPECT_EQ(read(piece), whole) << piece;
}

TEST_F(FileSourceTest, SaysSoWhereAFollowedFileIsCut) {
  append("/a.pb", frame("one") + frame("two"));
  const auto reader = make("file:/a.pb?follow")->open("file:/a.pb", nullptr, {kJobStart}).value();
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), ElementsAre("one", "two"));
  ASSERT_TRUE(files_.truncate("/a.pb", 4));
  SourceBatch batch;
  const auto status = reader->poll(batch, 1);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().to_line(), HasSubstr("cut"));
}

TEST_F(FileSourceTest, ReadsStandardInputOnce) {
  files_.set_standard_input(frame("one") + frame("two"));
  const auto source = make("-");
  EXPECT_TRUE(source->traits().bounded);
  EXPECT_FALSE(source->traits().rewindable);
  EXPECT_THAT(source->discover().value(), ElementsAre("-"));
  const auto reader = source->open("-", nullptr, {kJobStart}).value();
  EXPECT_THAT(poll(*reader, PollStatus::kRecords), ElementsAre("one", "two"));
  EXPECT_THAT(poll(*reader, PollStatus::kEnd), IsEmpty());
  EXPECT_EQ(reader->pending(), std::nullopt);
  const SplitPosition middle{.offset = 4, .state = {}};
  EXPECT_FALSE(source->open("-", &middle, {kJobStart}));
}

}  // namespace
}  // namespace temblor
