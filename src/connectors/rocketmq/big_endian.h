#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace temblor::rocketmq {

/// The number that begins at `at`; the caller has checked that it is there.
template <class Number>
Number load_big_endian(std::string_view bytes, std::size_t at) {
  std::make_unsigned_t<Number> value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value = static_cast<decltype(value)>(static_cast<std::uint64_t>(value) << 8U |
                                         static_cast<unsigned char>(bytes[at + i]));
  }
  return static_cast<Number>(value);
}

template <class Number>
void append_big_endian(Number number, std::string& out) {
  for (std::size_t i = sizeof(Number); i > 0; --i) {
    out.push_back(static_cast<char>(static_cast<std::make_unsigned_t<Number>>(number) >> (8 * (i - 1))));
  }
}

}  // namespace temblor::rocketmq
