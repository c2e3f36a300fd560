#pragma once

#include <cstdint>

namespace temblor {

/// SplitMix64: pseudorandom numbers whose k-th is a function of seed and k alone, so that any place of the sequence
/// is reached at once. Own code because the standard's distributions differ between libraries, and the same seed must
/// give the same bytes everywhere. Not for secrets.
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the constants of
/// https://prng.di.unimi.it/splitmix64.c
class SplitMix64 {
 public:
  /// Begins at the `place`-th number of the sequence of `seed`.
  constexpr SplitMix64(std::uint64_t seed, std::uint64_t place) : state_(seed + place * kGamma) {}

  constexpr std::uint64_t next() {
    std::uint64_t z = state_ += kGamma;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

 private:
  static constexpr std::uint64_t kGamma = 0x9E3779B97F4A7C15U;
  std::uint64_t state_;
};

/// A number in 0 … `bound` - 1 out of 32 random bits, uneven by less than `bound` / 2^32.
constexpr std::uint32_t scale(std::uint32_t bits, std::uint32_t bound) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) * bound >> 32U);
}

}  // namespace temblor
