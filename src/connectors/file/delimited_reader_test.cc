#include "connectors/file/delimited_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp kJobStart = timestamp_from_ms(1'000'000);

/// Bytes as a file that gives at most `chunk` of them at a time.
class BytesFile final : public InputFile {
 public:
  explicit BytesFile(std::string bytes, std::size_t chunk = std::string::npos)
      : bytes_(std::move(bytes)), chunk_(chunk) {}

  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min({into.size(), bytes_.size() - at_, chunk_});
    std::memcpy(into.data(), bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t chunk_;
  std::size_t at_ = 0;
};

/// A pipe whose writer is slow: every second time there is nothing.
class SlowPipe final : public InputFile {
 public:
  explicit SlowPipe(std::string bytes) : bytes_(std::move(bytes), 1) {}
  Result<bool> wait(Milliseconds) override { return waits_++ % 2 == 1; }
  Result<std::size_t> read(std::span<char> into) override {
    EXPECT_EQ(waits_ % 2, 0U) << "it would have blocked";
    return bytes_.read(into);
  }

 private:
  BytesFile bytes_;
  unsigned waits_ = 0;
};

class BrokenFile final : public InputFile {
 public:
  Result<std::size_t> read(std::span<char>) override { return world_error("/disk", "Input/output error"); }
};

std::string frame(std::string_view message) {
  std::string framed;
  append_delimited(message, framed);
  return framed;
}

std::string record_frame(std::string_view sensor_id) {
  std::string message;
  serialize(Record{.sensor_id = sensor_id, .phase_type = "P", .collect_timestamp = 1'000'000}, message);
  return frame(message);
}

/// What a reader gave, with its strings copied.
struct Read {
  std::vector<std::pair<Offset, std::string>> messages;
  std::vector<std::tuple<Offset, Offset, std::string>> refusals;
  std::size_t largest_batch = 0;
};

Read read_all(SplitReader& reader, std::size_t max_records = limits::kBatchRecords) {
  Read all;
  SourceBatch batch;
  for (int polls = 0; polls < 1'000'000; ++polls) {
    const auto status = reader.poll(batch, max_records);
    if (!status) {
      ADD_FAILURE() << status.error().to_line();
      return all;
    }
    all.largest_batch = std::max(all.largest_batch, batch.messages.size());
    for (const Message& message : batch.messages) all.messages.emplace_back(message.offset, message.bytes);
    for (const Refusal& refusal : batch.refusals) {
      EXPECT_EQ(refusal.reason, Rejection::kFrame);
      all.refusals.emplace_back(refusal.offset, refusal.end_offset, refusal.bytes);
    }
    if (*status == PollStatus::kEnd) return all;
  }
  ADD_FAILURE() << "no end";
  return all;
}

Read read_all(const std::string& bytes, std::size_t max_records = limits::kBatchRecords) {
  DelimitedReader reader(std::make_unique<BytesFile>(bytes), 0, kJobStart, bytes.size());
  return read_all(reader, max_records);
}

TEST(DelimitedReader, GivesMessagesWithTheirOffsets) {
  const std::string bytes = frame("one") + frame("") + frame(std::string(300, 'x')) + frame("two");
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::string::npos}) {
    DelimitedReader reader(std::make_unique<BytesFile>(bytes, chunk), 0, kJobStart, bytes.size());
    const Read read = read_all(reader);
    EXPECT_THAT(read.messages, ElementsAre(std::pair(0, "one"), std::pair(4, ""), std::pair(5, std::string(300, 'x')),
                                           std::pair(307, "two")));
    EXPECT_THAT(read.refusals, IsEmpty());
  }
}

TEST(DelimitedReader, OfNothingEnds) {
  EXPECT_THAT(read_all("").messages, IsEmpty());
  EXPECT_THAT(read_all("").refusals, IsEmpty());
}

TEST(DelimitedReader, KeepsToTheSizeOfABatch) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += frame("message");
  const Read read = read_all(bytes, 7);
  EXPECT_EQ(read.messages.size(), 100U);
  EXPECT_EQ(read.largest_batch, 7U);
}

TEST(DelimitedReader, KeepsToTheBytesOfABatch) {
  // Three of them are more than a batch may hold, and one alone is as well in the end.
  const std::string large(limits::kBatchBytes / 2 - 16, 'x');
  const std::string larger(limits::kMessageBytes, 'y');
  const Read read = read_all(frame(large) + frame(large) + frame(large) + frame(larger) + frame("z"));
  ASSERT_EQ(read.messages.size(), 5U);
  EXPECT_LE(read.largest_batch, 2U);
  EXPECT_EQ(read.messages[3].second, larger);
  EXPECT_EQ(read.messages[4].second, "z");
}

TEST(DelimitedReader, TellsPositionPendingAndReference) {
  const std::string bytes = frame("one") + frame("two");
  DelimitedReader reader(std::make_unique<BytesFile>(bytes), 0, kJobStart, bytes.size());
  SourceBatch batch;
  EXPECT_EQ(reader.pending(), 8U);
  EXPECT_EQ(reader.poll(batch, 1).value(), PollStatus::kRecords);
  EXPECT_EQ(batch.reference, kJobStart);
  EXPECT_EQ(reader.position().offset, 4);
  EXPECT_EQ(reader.pending(), 4U);
  EXPECT_EQ(reader.poll(batch, 1).value(), PollStatus::kRecords);
  EXPECT_EQ(reader.poll(batch, 1).value(), PollStatus::kEnd);
  EXPECT_EQ(reader.pending(), 0U);
}

TEST(DelimitedReader, RefusesATornTail) {
  const std::string whole = record_frame("A");
  const std::string torn = record_frame("B").substr(0, 9);
  const Read read = read_all(whole + torn);
  EXPECT_EQ(read.messages.size(), 1U);
  EXPECT_THAT(read.refusals, ElementsAre(std::tuple(static_cast<Offset>(whole.size()),
                                                    static_cast<Offset>((whole + torn).size()), torn)));
}

TEST(DelimitedReader, FindsTheFramesAgain) {
  const std::string before = record_frame("A") + record_frame("B");
  const std::string after = record_frame("C") + record_frame("D") + record_frame("E");
  for (const std::string& junk : {std::string(11, '\xFF'),          // no varint
                                  std::string("\xFF\xFF\xFF\x7F"),  // longer than any message
                                  std::string("\xFF\x7F"),          // reaches beyond the end
                                  std::string(3'000'000, '\xFF'),   // more than a refusal may show
                                  std::string(200'000, '\xFF') + "\x7F"}) {
    const Read read = read_all(before + junk + after, 1);
    ASSERT_EQ(read.messages.size(), 5U) << junk.size();
    EXPECT_EQ(read.messages[2].first, static_cast<Offset>((before + junk).size()));
    EXPECT_THAT(read.refusals,
                ElementsAre(std::tuple(static_cast<Offset>(before.size()), static_cast<Offset>((before + junk).size()),
                                       junk.substr(0, limits::kMessageBytes))));
  }
}

TEST(DelimitedReader, BeginsALossAgainWhereItWasLeft) {
  const std::string before = record_frame("A");
  const std::string junk(100'000, '\xFF');
  const std::string bytes = before + junk + record_frame("B") + record_frame("C");
  DelimitedReader first(std::make_unique<BytesFile>(bytes), 0, kJobStart, bytes.size());
  SourceBatch batch;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(first.poll(batch, 10).value(), PollStatus::kRecords);
  ASSERT_THAT(batch.refusals, IsEmpty()) << "the search should not be through yet";
  ASSERT_EQ(first.position().offset, static_cast<Offset>(before.size()));

  DelimitedReader second(std::make_unique<BytesFile>(bytes.substr(before.size())), first.position().offset, kJobStart,
                         bytes.size());
  const Read read = read_all(second);
  EXPECT_THAT(read.refusals, ElementsAre(std::tuple(static_cast<Offset>(before.size()),
                                                    static_cast<Offset>((before + junk).size()), junk)));
  EXPECT_EQ(read.messages.size(), 2U);
}

TEST(DelimitedReader, TakesZerosForEmptyMessages) {
  const Read read = read_all(std::string(10'000, '\0'), 4096);
  EXPECT_EQ(read.messages.size(), 10'000U);
  EXPECT_THAT(read.refusals, IsEmpty());
}

TEST(DelimitedReader, DoesNotBlockOnAPipe) {
  const std::string bytes = frame("one") + frame("two");
  DelimitedReader reader(std::make_unique<SlowPipe>(bytes), 0, kJobStart, std::nullopt);
  EXPECT_EQ(reader.pending(), std::nullopt);
  SourceBatch batch;
  EXPECT_EQ(reader.poll(batch, 1).value(), PollStatus::kNothingYet);
  EXPECT_EQ(read_all(reader).messages.size(), 2U);
}

TEST(DelimitedReader, PassesErrorsOn) {
  DelimitedReader reader(std::make_unique<BrokenFile>(), 0, kJobStart, 100);
  SourceBatch batch;
  const auto polled = reader.poll(batch, 1);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().to_line(), "/disk: Input/output error");
}

}  // namespace
}  // namespace temblor
