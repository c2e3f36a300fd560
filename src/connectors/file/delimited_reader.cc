#include "connectors/file/delimited_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/limits.h"
#include "connectors/file/frame_search.h"
#include "schema/deserializer.h"

namespace temblor {
namespace {

/// Read at once; a longer message makes the buffer grow. Short files need less.
constexpr std::size_t kReadBytes = limits::kBatchBytes;
constexpr std::size_t kLeastReadBytes = std::size_t{4} << 10;

/// How long a poll waits for a pipe.
constexpr Milliseconds kPatience{5};

/// Places that one poll looks at when the framing is lost: some milliseconds at worst.
constexpr std::size_t kSearchedPlaces = std::size_t{16} << 10;

}  // namespace

DelimitedReader::DelimitedReader(std::unique_ptr<InputFile> file, Offset offset, Timestamp reference,
                                 std::optional<std::uint64_t> size)
    : file_(std::move(file)), size_(size), reference_(reference), offset_(offset) {}

DelimitedReader::DelimitedReader(std::unique_ptr<InputFile> file, Offset offset, GrowingFile growing)
    : file_(std::move(file)),
      growing_(std::move(growing)),
      live_(&growing_->clock),
      reference_(live_->now()),
      offset_(offset) {}

DelimitedReader::DelimitedReader(std::unique_ptr<InputFile> file, Clock& clock)
    : file_(std::move(file)), live_(&clock), reference_(clock.now()), offset_(0) {}

Result<PollStatus> DelimitedReader::poll(SourceBatch& batch, std::size_t max_records) {
  TEMBLOR_ASSERT(max_records > 0);
  batch.clear();
  if (wanted_ > left() && !at_end_) {
    TEMBLOR_ASSIGN(const Filled filled, fill());
    if (filled == Filled::kNotYet) return PollStatus::kNothingYet;
    at_end_ = filled == Filled::kEnd;
  }
  if (at_end_ && left() == 0 && !lost_) return PollStatus::kEnd;
  batch.reference = reference_;
  if (lost_) {
    search(batch);
  } else {
    take(batch, max_records);
  }
  return PollStatus::kRecords;
}

/// Reads once, behind what is left.
Result<DelimitedReader::Filled> DelimitedReader::fill() {
  TEMBLOR_ASSIGN(const bool ready, file_->wait(kPatience));
  if (!ready) return Filled::kNotYet;
  make_room();
  TEMBLOR_ASSIGN(const std::size_t count, file_->read({buffer_.get() + end_, capacity_ - end_}));
  end_ += count;
  if (count > 0 && live_ != nullptr) reference_ = live_->now();
  if (count > 0) return Filled::kMore;
  if (!growing_) return Filled::kEnd;
  if (!growing_->files.exists(growing_->path)) return Filled::kEnd;  // removed by who needs it no more: it cannot grow
  TEMBLOR_ASSIGN(const std::uint64_t size, growing_->files.size(growing_->path));
  const std::uint64_t read = static_cast<std::uint64_t>(offset_) + left();
  if (size < read) {
    return world_error(growing_->path, fmt::format("has {} bytes, but was read up to {}: it was cut", size, read),
                       "files that are followed must only grow");
  }
  return Filled::kNotYet;
}

/// Moves what is left to the front of a buffer that has room for what is wanted.
void DelimitedReader::make_room() {
  const std::size_t held = left();
  const char* const from = buffer_.get() + begin_;
  if (capacity_ < wanted_) {
    const std::size_t usual = std::clamp<std::size_t>(growing_ ? kReadBytes : pending().value_or(kReadBytes) + 1,
                                                      kLeastReadBytes, kReadBytes);
    capacity_ = std::max(wanted_, usual);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    if (held > 0) std::memcpy(larger.get(), from, held);
    buffer_ = std::move(larger);
  } else if (held > 0) {
    std::memmove(buffer_.get(), from, held);
  }
  begin_ = 0;
  end_ = held;
}

void DelimitedReader::take(SourceBatch& batch, std::size_t max_records) {
  const char* const start = buffer_.get() + begin_;
  const char* const end = buffer_.get() + end_;
  const char* at = start;
  wanted_ = 0;
  bool lost = false;
  while (at != end && batch.messages.size() < max_records) {
    const auto rest = static_cast<std::size_t>(end - at);
    FrameLength frame{.status = FrameLength::Status::kOk, .prefix = 1, .length = static_cast<unsigned char>(*at)};
    if (frame.length >= 0x80) [[unlikely]] {
      frame = read_frame_length({at, rest});
      if (frame.status != FrameLength::Status::kOk) {
        lost = at_end_ || frame.status == FrameLength::Status::kMalformed;
        if (!lost) wanted_ = rest + 1;
        break;
      }
    }
    const std::size_t whole = frame.prefix + frame.length;
    if (whole > rest) [[unlikely]] {
      lost = at_end_;
      if (!lost) wanted_ = whole;
      break;
    }
    const auto taken = static_cast<std::size_t>(at - start);
    if (taken + whole > limits::kBatchBytes && taken > 0) break;
    batch.messages.push_back(
        {.offset = offset_ + static_cast<Offset>(taken), .bytes = {at + frame.prefix, frame.length}});
    at += whole;
  }
  if (at == end) wanted_ = 1;
  begin_ += static_cast<std::size_t>(at - start);
  offset_ += at - start;
  // What was taken before the loss goes out first; the next poll comes back to this place.
  if (lost && batch.messages.empty()) lose_frames();
}

void DelimitedReader::lose_frames() {
  lost_ = true;
  lost_offset_ = offset_;
  lost_bytes_.clear();
  skip(1);
}

void DelimitedReader::search(SourceBatch& batch) {
  const FrameSearch found = find_frames({buffer_.get() + begin_, left()}, at_end_, kSearchedPlaces);
  skip(found.skipped);
  wanted_ = found.status == FrameSearch::Status::kNeedsMore ? left() + 1 : 0;
  if (found.status == FrameSearch::Status::kFound || (at_end_ && left() == 0)) {
    lost_ = false;
    batch.refusals.push_back({.offset = lost_offset_,
                              .end_offset = offset_,
                              .reason = Rejection::kFrame,
                              .bytes = lost_bytes_,
                              .whole_bytes = static_cast<std::uint64_t>(offset_ - lost_offset_)});
  }
}

void DelimitedReader::skip(std::size_t bytes) {
  lost_bytes_.append(buffer_.get() + begin_, std::min(bytes, limits::kMessageBytes - lost_bytes_.size()));
  begin_ += bytes;
  offset_ += static_cast<Offset>(bytes);
}

SplitPosition DelimitedReader::position() const { return {.offset = lost_ ? lost_offset_ : offset_, .state = {}}; }

std::optional<std::uint64_t> DelimitedReader::pending() const {
  std::optional<std::uint64_t> size = size_;
  if (growing_) {
    if (auto now = growing_->files.size(growing_->path)) size = *now;
  }
  if (!size) return std::nullopt;
  return *size - std::min(*size, static_cast<std::uint64_t>(position().offset));
}

}  // namespace temblor
