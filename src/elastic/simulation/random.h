#pragma once

#include <cstdint>
#include <random>

namespace temblor::elastic {

/// Chance in a simulation: the same seed gives the same numbers on every machine, which the standard's distributions do
/// not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  /// 0 … 1, without 1.
  double uniform() { return static_cast<double>(bits_() >> 11U) * 0x1p-53; }

  /// Mean 0, deviation 1, near a normal one: the sum of four uniform ones (Irwin and Hall), within ±3.5.
  double normal() {
    constexpr double kScale = 1.7320508075688772;  // the square root of 12 / 4
    return (uniform() + uniform() + uniform() + uniform() - 2) * kScale;
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace temblor::elastic
