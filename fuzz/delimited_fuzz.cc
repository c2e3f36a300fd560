// Any bytes as a file of delimited messages. Whatever they are: reading ends, messages and refusals together cover
// the bytes exactly and in order, and neither the sizes of reads and batches nor a restart in between changes them.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/assert.h"
#include "connectors/file/delimited_reader.h"
#include "schema/deserializer.h"

namespace temblor {
namespace {

/// Gives at most `chunk` bytes at a time.
class BytesFile final : public InputFile {
 public:
  BytesFile(std::string_view bytes, std::size_t chunk) : rest_(bytes), chunk_(chunk) {}

  Result<std::size_t> read(std::span<char> into) override {
    TEMBLOR_ASSERT(!into.empty());
    const std::size_t count = std::min({into.size(), rest_.size(), chunk_});
    std::memcpy(into.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t chunk_;
};

struct Event {
  Offset offset = 0;
  Offset end_offset = 0;
  bool refused = false;
  bool operator==(const Event&) const = default;
};

struct Reading {
  std::vector<Event> events;
  std::vector<Offset> positions;  ///< after each poll
};

std::string_view between(std::string_view bytes, Offset from, Offset to) {
  return bytes.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

Event checked(const Message& message, std::string_view bytes) {
  const FrameLength frame = read_frame_length(bytes.substr(static_cast<std::size_t>(message.offset)));
  TEMBLOR_ASSERT(frame.status == FrameLength::Status::kOk);
  const Offset begin = message.offset + static_cast<Offset>(frame.prefix);
  const Offset end = begin + static_cast<Offset>(frame.length);
  TEMBLOR_ASSERT(message.bytes == between(bytes, begin, end));
  return {.offset = message.offset, .end_offset = end, .refused = false};
}

Event checked(const Refusal& refusal, std::string_view bytes) {
  TEMBLOR_ASSERT(refusal.reason == Rejection::kFrame && refusal.end_offset > refusal.offset);
  TEMBLOR_ASSERT(refusal.bytes == between(bytes, refusal.offset, refusal.end_offset));
  return {.offset = refusal.offset, .end_offset = refusal.end_offset, .refused = true};
}

Reading read_all(std::string_view bytes, Offset from, std::size_t chunk, std::size_t max_records) {
  DelimitedReader reader(std::make_unique<BytesFile>(bytes.substr(static_cast<std::size_t>(from)), chunk), from,
                         Timestamp{}, bytes.size());
  Reading reading;
  SourceBatch batch;
  Offset covered = from;
  // Each byte may take a poll that reads it, one that takes it and one that finds it lost.
  for (std::size_t polls = 0;; ++polls) {
    TEMBLOR_ASSERT(polls <= 4 * bytes.size() + 16);
    const auto status = reader.poll(batch, max_records);
    TEMBLOR_ASSERT(status);
    TEMBLOR_ASSERT(batch.messages.size() <= max_records && batch.readings.empty());
    std::vector<Event> events;
    for (const Message& message : batch.messages) events.push_back(checked(message, bytes));
    for (const Refusal& refusal : batch.refusals) events.push_back(checked(refusal, bytes));
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.offset < b.offset; });
    for (const Event& event : events) {
      TEMBLOR_ASSERT(event.offset == covered);
      covered = event.end_offset;
      reading.events.push_back(event);
    }
    TEMBLOR_ASSERT(reader.position().offset == covered);
    TEMBLOR_ASSERT(reader.pending() == bytes.size() - static_cast<std::size_t>(covered));
    reading.positions.push_back(covered);
    if (*status == PollStatus::kEnd) break;
    TEMBLOR_ASSERT(*status == PollStatus::kRecords);
  }
  TEMBLOR_ASSERT(covered == static_cast<Offset>(bytes.size()));
  return reading;
}

void check(std::string_view bytes, std::size_t chunk, std::size_t max_records, std::size_t restart) {
  const Reading whole = read_all(bytes, 0, bytes.size() + 1, 4096);
  const Reading pieces = read_all(bytes, 0, chunk, max_records);
  TEMBLOR_ASSERT(whole.events == pieces.events);
  const Offset from = pieces.positions[restart % pieces.positions.size()];
  const Reading rest = read_all(bytes, from, chunk, max_records);
  TEMBLOR_ASSERT(rest.events.size() <= whole.events.size());
  TEMBLOR_ASSERT(std::equal(rest.events.rbegin(), rest.events.rend(), whole.events.rbegin()));
}

}  // namespace
}  // namespace temblor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t chunk = 1 + data[0];
  const std::size_t max_records = 1 + data[1] % 16U;
  temblor::check({reinterpret_cast<const char*>(data + 3), size - 3}, chunk, max_records, data[2]);
  return 0;
}
