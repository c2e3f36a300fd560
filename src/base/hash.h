#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace temblor {

/// A 64-bit hash of `bytes` (XXH3). `seed` comes from outside and differs from process to process, so that nobody can
/// choose ids that collide; no result may depend on it.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// The same for two words: wyhash's step for short keys (Wang Yi, wyhash final version 4, public domain), one wide
/// product with its halves folded together.
inline std::uint64_t hash_words(std::uint64_t first, std::uint64_t second, std::uint64_t seed) {
  constexpr std::uint64_t kSecret0 = 0xA0761D6478BD642FU;
  constexpr std::uint64_t kSecret1 = 0xE7037ED1A0B428DBU;
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(first ^ kSecret1 ^ seed) * (second ^ kSecret0);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace temblor
