#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

/// The atoms of the Protocol Buffers wire format, for this room's own codecs.
/// Format: https://protobuf.dev/programming-guides/encoding/
namespace temblor::wire {

enum Type : std::uint32_t { kVarint = 0, kFixed64 = 1, kLength = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

constexpr std::uint32_t tag(std::uint32_t field, Type type) { return field << 3U | type; }

/// The longest varint that is one: ten bytes carry 64 bits.
inline constexpr int kVarintBytes = 10;

/// A string's or message's length that libprotobuf accepts at most: it keeps 16 bytes of slop below 2^31.
inline constexpr std::uint64_t kLongestLength = 0x7FFFFFFFU - 16;

template <class T>
T load(const char* at) {
  static_assert(std::endian::native == std::endian::little, "the wire is little-endian, and so must the host be");
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

/// Reads a varint of at most eight bytes where eight bytes can be read; returns what follows it, or nullptr where it
/// is longer. Without a branch on its length: the first byte without its top bit set ends it, and the groups of seven
/// bits are pushed together pairwise, 7 → 14 → 28 → 56.
inline const char* read_wide_varint(const char* at, std::uint64_t& value) {
  const auto word = load<std::uint64_t>(at);
  const std::uint64_t ends = ~word & 0x8080808080808080U;
  if (ends == 0) [[unlikely]]
    return nullptr;
  std::uint64_t x = word & (ends ^ (ends - 1)) & 0x7F7F7F7F7F7F7F7FU;  // up to the lowest end
  x = (x & 0x007F007F007F007FU) | ((x & 0x7F007F007F007F00U) >> 1U);
  x = (x & 0x00003FFF00003FFFU) | ((x & 0x3FFF00003FFF0000U) >> 2U);
  value = (x & 0x000000000FFFFFFFU) | ((x & 0x0FFFFFFF00000000U) >> 4U);
  return at + (std::countr_zero(ends) + 1) / 8;
}

/// Reads a varint that begins at `at`; returns what follows it, or nullptr where the bytes up to `end` hold none.
/// Bits beyond the 64th are dropped, as libprotobuf does.
inline const char* read_varint(const char* at, const char* end, std::uint64_t& value) {
  if (at < end && static_cast<signed char>(*at) >= 0) [[likely]] {
    value = static_cast<std::uint8_t>(*at);
    return at + 1;
  }
  if (end - at >= 8) {
    if (const char* next = read_wide_varint(at, value)) [[likely]]
      return next;
  }
  value = 0;
  for (int i = 0; i < kVarintBytes; ++i) {
    if (at == end) return nullptr;
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << static_cast<unsigned>(7 * i);
    if (byte < 0x80) return at;
  }
  return nullptr;
}

}  // namespace temblor::wire
