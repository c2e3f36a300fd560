#include "cli/number_text.h"

#include <fmt/format.h>

#include <cmath>

namespace temblor {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string rounded(double number) {
  if (number < 0.05) return "0";
  if (number < 99.95) return fmt::format("{:.1f}", number);
  const double step = std::pow(10.0, std::floor(std::log10(number)) - 2);
  return grouped(static_cast<std::uint64_t>(std::llround(std::round(number / step) * step)));
}

std::string minutes_seconds(double seconds) {
  constexpr double kLongest = 1e9;  // some thirty years: nobody waits for that
  const auto whole = static_cast<std::uint64_t>(std::llround(std::min(seconds, kLongest)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace temblor
