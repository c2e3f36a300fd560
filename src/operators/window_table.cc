#include "operators/window_table.h"

namespace temblor {

void WindowTable::insert(std::uint64_t hash, const SensorKey& sensor, const Aggregate& aggregate) {
  const auto at = static_cast<std::uint32_t>(size_);
  if (at % kSegmentEntries == 0) {
    segments_.push_back({.entries = std::make_shared<WindowSegment>()});
    // The first segment grows as it needs, for the many tables that stay small.
    if (at != 0) segments_.back().entries->reserve(kSegmentEntries);
  }
  Segment& segment = segments_.back();
  if (segment.frozen) thaw(segment);
  segment.entries->push_back({.aggregate = aggregate, .sensor = long_ids_.keep(sensor)});
  segment.first = segment.entries->data();
  index_.insert(hash, at);
  ++size_;
}

void WindowTable::thaw(Segment& segment) {
  auto copy = std::make_shared<WindowSegment>();
  copy->reserve(kSegmentEntries);
  copy->assign(segment.entries->begin(), segment.entries->end());
  segment.entries = std::move(copy);
  segment.first = segment.entries->data();
  segment.frozen = false;
}

FrozenTable WindowTable::freeze() {
  FrozenTable frozen;
  frozen.segments.reserve(segments_.size());
  for (Segment& segment : segments_) {
    segment.frozen = true;
    frozen.segments.push_back(segment.entries);
  }
  frozen.long_ids = long_ids_.ids();
  return frozen;
}

void WindowTable::share_ids(std::vector<std::shared_ptr<const void>>& owners) const {
  for (const Segment& segment : segments_) owners.push_back(segment.entries);
  for (const auto& id : long_ids_.ids()) owners.push_back(id);
}

std::size_t WindowTable::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + index_.memory_bytes();
  for (const auto& id : long_ids_.ids()) bytes += sizeof(std::string) + id->capacity();
  bytes += segments_.capacity() * sizeof(Segment);
  for (const Segment& segment : segments_) bytes += segment.entries->capacity() * sizeof(WindowEntry);
  return bytes;
}

}  // namespace temblor
