#include "connectors/memory/memory_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using ::testing::ElementsAre;

constexpr Timestamp kJobStart = timestamp_from_ms(1'000'000);

std::unique_ptr<SplitReader> open(MemorySource& source, const SplitId& split, const SplitPosition* position = nullptr) {
  auto reader = source.open(split, position, {kJobStart});
  EXPECT_TRUE(reader);
  return std::move(*reader);
}

TEST(MemorySource, PlaysItsScript) {
  auto stream = std::make_shared<MemoryStream>();
  Record reading;
  reading.sensor_id = "S";
  reading.depth = 7;
  stream->add_split("a", {"one", "two", PollStatus::kUnavailable, MemoryReading(reading),
                          MemoryRefusal{.bytes = "junk"}, Error{Blame::kWorld, "broken", "a", ""}, "three"});
  MemorySource source(stream, {});
  auto reader = open(source, "a");
  SourceBatch batch;
  EXPECT_EQ(reader->pending(), 7U);
  ASSERT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  ASSERT_EQ(batch.messages.size(), 2U);
  EXPECT_EQ(batch.messages[1].bytes, "two");
  EXPECT_EQ(batch.messages[1].offset, 1);
  EXPECT_EQ(batch.reference, kJobStart);
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kUnavailable);
  EXPECT_TRUE(batch.messages.empty());
  ASSERT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  ASSERT_EQ(batch.readings.size(), 1U);
  EXPECT_EQ(batch.readings[0].record.sensor_id, "S");
  EXPECT_EQ(batch.readings[0].record.depth, 7);
  ASSERT_EQ(batch.refusals.size(), 1U);
  EXPECT_EQ(batch.refusals[0].bytes, "junk");
  EXPECT_EQ(reader->poll(batch, 10).error().what, "broken");
  ASSERT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kEnd);
  EXPECT_EQ(reader->position().offset, 7);
}

TEST(MemorySource, CutsBatchesAsItIsTold) {
  auto stream = std::make_shared<MemoryStream>();
  stream->add_split("a", {"1", "2", "3", "4", "5"});
  MemorySource source(stream, {.traits = {}, .batch_records = 2, .reference = timestamp_from_ms(5)});
  auto reader = open(source, "a");
  SourceBatch batch;
  ASSERT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  EXPECT_EQ(batch.messages.size(), 2U);
  EXPECT_EQ(batch.reference, timestamp_from_ms(5));
  ASSERT_EQ(reader->poll(batch, 1).value(), PollStatus::kRecords);
  EXPECT_EQ(batch.messages.size(), 1U);
}

TEST(MemorySource, GrowsAndEndsWhenItIsUnbounded) {
  auto stream = std::make_shared<MemoryStream>();
  stream->add_split("a", {"1"});
  MemorySource source(stream, {.traits = {.bounded = false}, .reference = {}});
  auto reader = open(source, "a");
  SourceBatch batch;
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kNothingYet);
  stream->append("a", "2");
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kRecords);
  stream->end();
  EXPECT_EQ(reader->poll(batch, 10).value(), PollStatus::kEnd);
}

TEST(MemorySource, FindsSplitsWhenTheyAppear) {
  auto stream = std::make_shared<MemoryStream>();
  stream->add_split("late", {}, 2);
  stream->add_split("early", {});
  MemorySource source(stream, {});
  EXPECT_THAT(source.discover().value(), ElementsAre("early"));
  EXPECT_THAT(source.discover().value(), ElementsAre("early"));
  EXPECT_THAT(source.discover().value(), ElementsAre("early", "late"));
}

TEST(MemorySource, RefusesWhatIsNotThere) {
  auto stream = std::make_shared<MemoryStream>();
  stream->add_split("a", {"1"});
  MemorySource source(stream, {});
  EXPECT_FALSE(source.open("b", nullptr, {kJobStart}));
  const SplitPosition beyond{.offset = 2, .state = {}};
  EXPECT_FALSE(source.open("a", &beyond, {kJobStart}));
}

}  // namespace
}  // namespace temblor
