#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operators/aggregate.h"
#include "operators/hash_index.h"
#include "operators/sensor_key.h"

namespace temblor {

/// One sensor of an open window: a cache line, and not parts of two.
struct alignas(64) WindowEntry {
  Aggregate aggregate;
  SensorKey sensor;
};
static_assert(sizeof(WindowEntry) == 64);

/// Entries lie in segments of this many; a checkpoint copies a segment at most once.
inline constexpr std::size_t kSegmentEntries = 256;

using WindowSegment = std::vector<WindowEntry>;

/// What a checkpoint sees of a table: the segments as they were, never written again. May be read by any thread.
struct FrozenTable {
  std::vector<std::shared_ptr<const WindowSegment>> segments;
  std::vector<std::shared_ptr<const std::string>> long_ids;  ///< kept alive for the entries
};

/// The sensors of one open window in one shard, and their aggregates. freeze() hands all segments to a checkpoint at
/// the cost of one pointer each; the first write to a frozen segment copies it, so that the reader of the frozen
/// table and the writer never meet. One thread at a time, but for the frozen tables.
class WindowTable {
 public:
  static constexpr std::uint32_t kNone = HashIndex::kNone;

  /// Makes room for as many sensors as are expected.
  explicit WindowTable(std::size_t expected) { index_.reserve(expected); }

  void prefetch(std::uint64_t hash) const { index_.prefetch(hash); }

  void prefetch_entry(std::uint64_t hash) const {
    const std::uint32_t at = index_.candidate(hash);
    if (at < size_) __builtin_prefetch(&entry(at));
  }

  /// The place of a sensor, or kNone.
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, const SensorKey& sensor) const {
    return index_.find(hash, [&](std::uint32_t at) { return entry(at).sensor == sensor; });
  }

  /// Adds a sensor that find did not find.
  void insert(std::uint64_t hash, const SensorKey& sensor, const Aggregate& aggregate);

  /// Merges into the sensor at a place that find returned.
  void merge(std::uint32_t at, const Aggregate& aggregate) { writable(at).aggregate.merge(aggregate); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const WindowEntry& entry(std::uint32_t at) const {
    return segments_[at / kSegmentEntries].first[at % kSegmentEntries];
  }

  [[nodiscard]] FrozenTable freeze();

  /// Appends what must live for the entries' sensor ids to live.
  void share_ids(std::vector<std::shared_ptr<const void>>& owners) const;

  /// What the table takes, allocated but unused room included.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Segment {
    std::shared_ptr<WindowSegment> entries;
    WindowEntry* first = nullptr;  // of the entries: one wait for memory less on the way to them
    bool frozen = false;
  };

  WindowEntry& writable(std::uint32_t at) {
    Segment& segment = segments_[at / kSegmentEntries];
    if (segment.frozen) [[unlikely]]
      thaw(segment);
    return segment.first[at % kSegmentEntries];
  }
  static void thaw(Segment& segment);

  HashIndex index_;
  std::vector<Segment> segments_;
  LongIdStore long_ids_;
  std::size_t size_ = 0;
};

}  // namespace temblor
