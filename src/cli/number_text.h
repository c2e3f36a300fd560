#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace temblor {

/// `1,234,567`.
std::string grouped(std::uint64_t number);

/// `1 window`, `1,234 windows`: `noun` makes its plural with an s.
std::string counted(std::uint64_t number, std::string_view noun);

/// A figure for the eye, three digits that count, grouped: `1,230,000`, `45.1`, `0`. `number` is finite and not
/// negative.
std::string rounded(double number);

/// `0:07`, `12:40`, `3:05:00`: a span of time in hours, minutes and seconds. `seconds` is finite and not negative.
std::string minutes_seconds(double seconds);

}  // namespace temblor
