#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "operators/combiner.h"
#include "operators/window_table.h"
#include "schema/window_result.h"

namespace temblor {

/// A partial aggregate that no window took.
struct RefusedPartial {
  enum class Reason : std::uint8_t {
    kLate,         ///< its window has fired: only a split that was idle can be so late
    kSensorLimit,  ///< its window has as many sensors as are allowed
  };
  std::uint32_t index = 0;  ///< in what was handed to merge
  Reason reason = Reason::kLate;
};

/// What a checkpoint sees of all open windows.
struct FrozenWindow {
  Timestamp window_start{};
  FrozenTable table;
};
struct WindowSnapshot {
  std::vector<FrozenWindow> windows;  ///< a window appears once for each shard
  Timestamp closed_through = kBeforeAll;
};

/// All the keyed state of the job: the open windows, sharded by the hash of the sensor so that several threads can
/// merge at once. A window is emitted once, when the watermark passes its end, and then it is gone.
class WindowOperator {
 public:
  struct Settings {
    Milliseconds window{1000};
    std::size_t max_sensors = limits::kSensors;  ///< in one window
    std::uint32_t shards = 1;                    ///< a power of two, at most 256
  };

  explicit WindowOperator(const Settings& settings);

  /// Merges partials into their windows; any thread. Those that no window took are appended to `refused`.
  void merge(std::span<const Partial> partials, std::vector<RefusedPartial>& refused);

  /// Closes the windows that end at or before `watermark`, in order, and hands out their results, rows sorted by
  /// sensor. kAfterAll closes all. One thread at a time, beside merge.
  std::vector<WindowResults> advance(Timestamp watermark);

  /// The end of the latest window that may have been closed.
  [[nodiscard]] Timestamp closed_through() const;

  /// Freezes the state for a checkpoint. Nobody may merge or advance meanwhile; it takes a pointer copy for each
  /// kSegmentEntries sensors.
  [[nodiscard]] WindowSnapshot freeze();

  /// Puts back what a checkpoint kept, before anything else is called.
  void restore_closed_through(Timestamp closed_through);
  void restore(Timestamp window_start, std::string_view sensor_id, std::uint64_t hash_seed, const Aggregate& aggregate);

  /// (window, sensor) pairs that are open.
  [[nodiscard]] std::size_t open_results() const;

  /// What the open windows take.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct OpenWindow {
    WindowTable table;
    std::shared_ptr<std::atomic<std::size_t>> sensors;  // of this window, in all shards
  };

  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::map<Timestamp, OpenWindow> windows;
    Timestamp closed_through = kBeforeAll;
    std::size_t expected = 0;  // sensors of the last window: the next will have about as many
  };

  [[nodiscard]] Shard& shard_of(std::uint64_t hash) { return shards_[hash & (shards_.size() - 1)]; }
  /// `which` are the places in `partials` that belong to the shard; empty: all of them.
  void merge_shard(Shard& shard, std::span<const Partial> partials, std::span<const std::uint32_t> which,
                   std::vector<RefusedPartial>& refused);
  void merge_one(OpenWindow* window, std::span<const Partial> partials, std::uint32_t index,
                 std::vector<RefusedPartial>& refused) const;
  [[nodiscard]] Timestamp end_of_last_window() const;
  OpenWindow& open(Shard& shard, Timestamp window_start);
  std::shared_ptr<std::atomic<std::size_t>> sensor_counter(Timestamp window_start);

  Settings settings_;
  std::vector<Shard> shards_;
  mutable std::mutex counters_mutex_;
  std::map<Timestamp, std::shared_ptr<std::atomic<std::size_t>>> counters_;
};

}  // namespace temblor
