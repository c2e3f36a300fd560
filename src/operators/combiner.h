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

  Partial() = default;
  /// Of no reading yet. A constructor, since an initializer list would clear the memory first.
  Partial(const SensorKey& of_sensor, std::uint64_t sensor_hash, Timestamp start)
      : sensor(of_sensor), hash(sensor_hash), window_start(start) {}
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
  [[gnu::always_inline]] void add(std::uint64_t key, std::uint64_t sensor_hash, const SensorKey& sensor,
                                  Timestamp window_start, float amplitude, Phase phase) {
    std::uint32_t at = HashIndex::kNone;
    if (combining()) [[likely]] {
      at = index_.find(key, [&](std::uint32_t entry) {
        const Partial& partial = partials_[entry];
        return partial.window_start == window_start && partial.sensor == sensor;
      });
    }
    if (at == HashIndex::kNone) [[unlikely]] {
      at = static_cast<std::uint32_t>(partials_.size());
      partials_.emplace_back(long_ids_.keep(sensor), sensor_hash, window_start);
      if (combining()) index_.insert(key, at);
    }
    partials_[at].aggregate.add(amplitude, phase);
  }

  /// Whether `readings` more may be added whatever they are.
  [[nodiscard]] bool has_room_for(std::size_t readings) const { return partials_.size() + readings <= room_; }

  /// To be called where there was no room, before clear(): where there are so many sensors that nearly each reading
  /// makes a partial of its own, looking for one only costs time and leaves the cache. Then each reading is a partial,
  /// few of them are held, and from time to time many again, to see whether that has changed. `readings` is how many
  /// the partials are of.
  void adapt(std::size_t readings) {
    if (combining()) {
      if (readings >= 2 * partials_.size()) return;
      room_ = kSmallRoom;
      small_fillings_ = 0;
      index_ = HashIndex();
    } else if (++small_fillings_ == kSmallFillings) {
      room_ = limits::kCombinerPartials;
    }
  }
  [[nodiscard]] bool empty() const { return partials_.empty(); }
  [[nodiscard]] std::span<const Partial> partials() const { return partials_; }

  /// What it keeps allocated, at most.
  [[nodiscard]] std::size_t memory_bytes() const {
    return partials_.capacity() * sizeof(Partial) + partials_.size() * ExactSum::kWideMemoryBytes +
           index_.memory_bytes() + long_ids_.memory_bytes();
  }

  void clear() {
    partials_.clear();
    index_.clear();
    long_ids_.clear();
  }

 private:
  static constexpr std::size_t kSmallRoom = 512;         // partials: 40 KiB, well within a core's own cache
  static constexpr std::uint32_t kSmallFillings = 2048;  // a million readings, so that the try costs a few in a hundred

  [[nodiscard]] bool combining() const { return room_ == limits::kCombinerPartials; }

  std::size_t room_ = limits::kCombinerPartials;
  std::uint32_t small_fillings_ = 0;
  std::vector<Partial> partials_;
  HashIndex index_;
  LongIdStore long_ids_;
};

}  // namespace temblor
