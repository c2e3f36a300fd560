#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace temblor::rocketmq {

/// A number of this host as it travels, and back. (std::byteswap is C++23; loops over bytes stay loops in GCC 12.)
template <class Number>
Number swap_big_endian(Number number) {
  using Unsigned = std::make_unsigned_t<Number>;
  const auto value = static_cast<Unsigned>(number);
  if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) {
    return number;
  } else if constexpr (sizeof(Number) == 2) {
    return static_cast<Number>(__builtin_bswap16(value));
  } else if constexpr (sizeof(Number) == 4) {
    return static_cast<Number>(__builtin_bswap32(value));
  } else {
    static_assert(sizeof(Number) == 8);
    return static_cast<Number>(__builtin_bswap64(value));
  }
}

/// The number that begins at `at`; the caller has checked that it is there.
template <class Number>
Number load_big_endian(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return swap_big_endian(number);
}

template <class Number>
void append_big_endian(Number number, std::string& out) {
  number = swap_big_endian(number);
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

}  // namespace temblor::rocketmq
