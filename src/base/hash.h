#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace temblor {

/// XXH3-64 of `bytes`. `seed` comes from outside and differs from process to process, so that nobody can choose ids
/// that collide; no result may depend on it.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace temblor
