#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "operators/aggregate.h"
#include "operators/hash_index.h"
#include "operators/sensor_key.h"

namespace temblor {

/// The readings of one sensor in one window, as far as one split has brought them since its combiner was last cleared.
struct Partial {
  Aggregate aggregate;
  SensorKey sensor;        ///< a long id lives until the combiner is cleared
  std::uint64_t hash = 0;  ///< of the sensor
  Timestamp window_start{};
};

/// Turns the readings of one split into few partial aggregates, so that only these travel to the windows. Gives up
/// all it holds before a barrier and before a watermark is passed on, and so is no part of any checkpoint.
/// One thread at a time.
class Combiner {
 public:
  /// What a reading is found by; prefetching needs it before the reading is added.
  static std::uint64_t key(std::uint64_t sensor_hash, Timestamp window_start) {
    return sensor_hash ^ static_cast<std::uint64_t>(to_ms(window_start)) * 0x9E3779B97F4A7C15U;
  }

  void prefetch(std::uint64_t key) const { index_.prefetch(key); }

  /// Adds one reading; there must be room.
  void add(std::uint64_t key, std::uint64_t sensor_hash, const SensorKey& sensor, Timestamp window_start,
           float amplitude, Phase phase) {
    std::uint32_t at = index_.find(key, [&](std::uint32_t entry) {
      const Partial& partial = partials_[entry];
      return partial.window_start == window_start && partial.sensor == sensor;
    });
    if (at == HashIndex::kNone) [[unlikely]] {
      at = static_cast<std::uint32_t>(partials_.size());
      partials_.push_back(
          {.aggregate = {}, .sensor = long_ids_.keep(sensor), .hash = sensor_hash, .window_start = window_start});
      index_.insert(key, at);
    }
    partials_[at].aggregate.add(amplitude, phase);
  }

  /// Whether `readings` more may be added whatever they are.
  [[nodiscard]] bool has_room_for(std::size_t readings) const {
    return partials_.size() + readings <= limits::kCombinerPartials;
  }
  [[nodiscard]] bool empty() const { return partials_.empty(); }
  [[nodiscard]] std::span<const Partial> partials() const { return partials_; }

  void clear() {
    partials_.clear();
    index_.clear();
    long_ids_.clear();
  }

 private:
  std::vector<Partial> partials_;
  HashIndex index_;
  LongIdStore long_ids_;
};

}  // namespace temblor
