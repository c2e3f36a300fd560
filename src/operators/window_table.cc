#include "operators/window_table.h"

namespace temblor {

void WindowTable::insert(std::uint64_t hash, std::string_view sensor_id, const Aggregate& aggregate) {
  const auto at = static_cast<std::uint32_t>(size_);
  if (at % kSegmentEntries == 0) {
    segments_.push_back({.entries = std::make_shared<WindowSegment>()});
    // The first segment grows as it needs, for the many tables that stay small.
    if (at != 0) segments_.back().entries->reserve(kSegmentEntries);
  }
  Segment& segment = segments_.back();
  if (segment.frozen) thaw(segment);
  segment.entries->push_back({.aggregate = aggregate, .sensor_id = ids_.store(sensor_id)});
  index_.insert(hash, at);
  ++size_;
}

void WindowTable::thaw(Segment& segment) {
  auto copy = std::make_shared<WindowSegment>();
  copy->reserve(kSegmentEntries);
  copy->assign(segment.entries->begin(), segment.entries->end());
  segment.entries = std::move(copy);
  segment.frozen = false;
}

FrozenTable WindowTable::freeze() {
  FrozenTable frozen;
  frozen.segments.reserve(segments_.size());
  for (Segment& segment : segments_) {
    segment.frozen = true;
    frozen.segments.push_back(segment.entries);
  }
  frozen.ids = ids_.chunks();
  return frozen;
}

std::size_t WindowTable::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + index_.memory_bytes() + ids_.memory_bytes();
  bytes += segments_.capacity() * sizeof(Segment);
  for (const Segment& segment : segments_) bytes += segment.entries->capacity() * sizeof(WindowEntry);
  return bytes;
}

}  // namespace temblor
