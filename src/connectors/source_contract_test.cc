// What every source keeps to, whatever it reads: run over its twin in memory and over files.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <tuple>

#include "base/limits.h"
#include "connectors/file/file_source.h"
#include "connectors/memory/memory_source.h"
#include "schema/serializer.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

constexpr Timestamp kJobStart = timestamp_from_ms(1'000'000);

/// Messages of several sizes, an empty one and one that takes a batch of its own among them.
std::vector<std::string> messages_of(std::size_t split) {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < 40; ++i) {
    Record record;
    const std::string sensor = "S" + std::to_string(split) + std::string(i * 7 % 200, 'x');
    record.sensor_id = sensor;
    record.collect_timestamp = static_cast<std::int64_t>(i);
    messages.emplace_back();
    if (i != 11) serialize(record, messages.back());
  }
  messages.insert(messages.begin() + 20, std::string(limits::kBatchBytes + 1, 'y'));
  return messages;
}

/// A source over two splits of these messages, and the world that it needs.
struct World {
  MemoryFileSystem files;
  SimClock clock;
  Environment environment{.clock = clock, .files = files, .hash_seed = 0};
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Source>(World&)> make;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::unique_ptr<Source> make_memory(World&) {
  auto stream = std::make_shared<MemoryStream>();
  for (const std::size_t split : {0U, 1U}) {
    const auto messages = messages_of(split);
    stream->add_split("split" + std::to_string(split), {messages.begin(), messages.end()});
  }
  return std::make_unique<MemorySource>(stream, MemorySource::Settings{});
}

void write_files(World& world) {
  ASSERT_TRUE(world.files.create_directories("/data"));
  for (const std::size_t split : {0U, 1U}) {
    std::string bytes;
    for (const auto& message : messages_of(split)) append_delimited(message, bytes);
    auto file = world.files.create("/data/" + std::to_string(split) + ".pb");
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(bytes));
  }
}

std::unique_ptr<Source> make_files(World& world) {
  write_files(world);
  return std::make_unique<FileSource>(world.environment, "/data/*.pb", false);
}

std::unique_ptr<Source> make_growing_files(World& world) {
  write_files(world);
  return std::make_unique<FileSource>(world.environment, "/data/*.pb", true);
}

class SourceContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { source_ = GetParam().make(world_); }

  std::unique_ptr<SplitReader> open(const SplitId& split, const SplitPosition* position = nullptr) {
    auto reader = source_->open(split, position, {kJobStart});
    EXPECT_TRUE(reader) << reader.error().to_line();
    return std::move(*reader);
  }

  World world_;
  std::unique_ptr<Source> source_;
};

using Messages = std::vector<std::pair<Offset, std::string>>;

/// Polls once, and appends what came.
PollStatus poll(SplitReader& reader, std::size_t max_records, Messages& into) {
  SourceBatch batch;
  // What was in the batch before must not matter.
  batch.messages.push_back({.offset = -1, .bytes = "stale"});
  const auto status = reader.poll(batch, max_records);
  EXPECT_TRUE(status) << status.error().to_line();
  EXPECT_LE(batch.messages.size(), max_records);
  EXPECT_TRUE(batch.refusals.empty());
  for (const Message& message : batch.messages) into.emplace_back(message.offset, message.bytes);
  return status.value_or(PollStatus::kEnd);
}

Messages read_all(SplitReader& reader, std::size_t max_records) {
  Messages all;
  for (int polls = 0; polls < 10'000; ++polls) {
    const PollStatus status = poll(reader, max_records, all);
    if (status == PollStatus::kEnd || status == PollStatus::kNothingYet) return all;
  }
  ADD_FAILURE() << "no end";
  return all;
}

TEST_P(SourceContract, SplitsAreSortedAndStable) {
  const auto splits = source_->discover().value();
  EXPECT_EQ(splits.size(), 2U);
  EXPECT_TRUE(std::is_sorted(splits.begin(), splits.end()));
  EXPECT_EQ(source_->discover().value(), splits);
}

TEST_P(SourceContract, GivesEveryMessageInOrder) {
  const auto splits = source_->discover().value();
  for (std::size_t split = 0; split < splits.size(); ++split) {
    const Messages read = read_all(*open(splits[split]), limits::kBatchRecords);
    const auto expected = messages_of(split);
    ASSERT_EQ(read.size(), expected.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(read[i].second, expected[i]) << i;
      if (i > 0) {
        EXPECT_GT(read[i].first, read[i - 1].first) << i;
      }
    }
  }
}

TEST_P(SourceContract, EndsOnlyWhereItIsBounded) {
  auto reader = open(source_->discover().value()[0]);
  Messages all;
  PollStatus status = PollStatus::kRecords;
  while (status == PollStatus::kRecords) status = poll(*reader, 10, all);
  EXPECT_EQ(status, source_->traits().bounded ? PollStatus::kEnd : PollStatus::kNothingYet);
  EXPECT_EQ(poll(*reader, 10, all), status) << "and stays there";
  EXPECT_EQ(reader->pending().value_or(0), 0U);
}

TEST_P(SourceContract, BatchesMayBeCutAnywhere) {
  const SplitId split = source_->discover().value()[0];
  const Messages whole = read_all(*open(split), limits::kBatchRecords);
  for (const std::size_t max_records : {1U, 2U, 3U, 7U, 39U}) {
    EXPECT_EQ(read_all(*open(split), max_records), whole) << max_records;
  }
}

TEST_P(SourceContract, GoesOnAtEveryPositionWithTheSameMessages) {
  const SplitId split = source_->discover().value()[0];
  const Messages whole = read_all(*open(split), limits::kBatchRecords);
  for (const std::size_t max_records : {1U, 3U, 8U}) {
    auto first = open(split);
    Messages read;
    while (true) {
      const PollStatus status = poll(*first, max_records, read);
      const SplitPosition position = first->position();
      Messages resumed = read;
      for (auto& message : read_all(*open(split, &position), max_records)) resumed.push_back(std::move(message));
      ASSERT_EQ(resumed, whole) << "resumed at " << position.offset;
      if (status != PollStatus::kRecords) break;
    }
  }
}

TEST_P(SourceContract, PendingShrinksToNothing) {
  auto reader = open(source_->discover().value()[0]);
  ASSERT_TRUE(reader->pending());
  std::uint64_t pending = *reader->pending();
  EXPECT_GT(pending, 0U);
  Messages all;
  while (poll(*reader, 3, all) == PollStatus::kRecords) {
    EXPECT_LE(*reader->pending(), pending);
    pending = *reader->pending();
  }
  EXPECT_EQ(pending, 0U);
}

TEST_P(SourceContract, RefusesAPositionBeyondTheEnd) {
  const SplitPosition beyond{.offset = 1'000'000'000, .state = {}};
  const auto reader = source_->open(source_->discover().value()[0], &beyond, {kJobStart});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().blame, Blame::kWorld);
  EXPECT_FALSE(reader.error().remedy.empty());
}

INSTANTIATE_TEST_SUITE_P(Kinds, SourceContract,
                         ::testing::Values(Kind{"memory", make_memory}, Kind{"file", make_files},
                                           Kind{"growing_file", make_growing_files}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace temblor
