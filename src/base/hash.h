#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace temblor {

/// A 64-bit hash of `bytes`. `seed` comes from outside and differs from process to process, so that nobody can choose
/// ids that collide; no result may depend on it.
///
/// XXH3; for the 4 to 16 bytes that nearly all sensor ids have, wyhash's step for short keys (Wang Yi, wyhash final
/// version 4, public domain), which is a third of the instructions: two overlapping loads and one wide product.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  const std::size_t size = bytes.size();
  if (size < 4 || size > 16) [[unlikely]]
    return XXH3_64bits_withSeed(bytes.data(), size, seed);
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (size >= 8) {
    std::memcpy(&first, bytes.data(), 8);
    std::memcpy(&last, bytes.data() + size - 8, 8);
  } else {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, bytes.data(), 4);
    std::memcpy(&high, bytes.data() + size - 4, 4);
    first = low;
    last = high;
  }
  constexpr std::uint64_t kSecret0 = 0xA0761D6478BD642FU;
  constexpr std::uint64_t kSecret1 = 0xE7037ED1A0B428DBU;
  __extension__ using Product = unsigned __int128;
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  };
  return fold(kSecret1 ^ size, fold(first ^ kSecret1, last ^ seed ^ kSecret0));
}

}  // namespace temblor
