#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "generator/split_mix.h"

namespace temblor::rocketmq {

/// How long to wait before something that failed is tried again: twice as long each time, from kFirst to kLongest,
/// with up to half of it taken off by chance, so that many clients do not come back in step.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{20};
  static constexpr std::chrono::milliseconds kLongest{2000};

  explicit Backoff(std::uint64_t seed) : random_(seed, 0) {}

  std::chrono::nanoseconds next() {
    const std::chrono::nanoseconds full = next_;
    next_ = std::min(2 * next_, kLongest);
    const auto bits = static_cast<std::uint32_t>(random_.next() >> 32U);
    return full - std::chrono::nanoseconds(full.count() / 2 * bits >> 32U);
  }
  /// It went well.
  void reset() { next_ = kFirst; }

 private:
  SplitMix64 random_;
  std::chrono::milliseconds next_ = kFirst;
};

}  // namespace temblor::rocketmq
