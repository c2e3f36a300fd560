#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace temblor {
namespace {

constexpr std::string_view kDurationRemedy = "write 250ms, 1s, 1.5s, 2m, 1h or 1d";
constexpr std::string_view kTimeRemedy = "write 2010-05-27T16:24:33Z, 2010-05-27, or milliseconds since 1970";

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> kUnits = {{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits ||
      !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits), is_digit)) {
    return std::nullopt;
  }
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// `0.fraction` of a unit in whole milliseconds; nothing where it is not whole. In integers, because a binary fraction
/// makes 1.1s into something else than 1100 ms.
std::optional<std::int64_t> fraction_in_ms(std::string_view fraction, std::int64_t unit_ms) {
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  // A day is 2^10 · 3^3 · 5^5 ms: nothing that needs more than ten digits is whole.
  constexpr std::size_t kMostDigits = 10;
  if (fraction.size() > kMostDigits) return std::nullopt;
  std::int64_t digits = 0;
  std::int64_t power = 1;
  for (const char digit : fraction) {
    digits = digits * 10 + (digit - '0');
    power *= 10;
  }
  if (digits * unit_ms % power != 0) return std::nullopt;
  return digits * unit_ms / power;
}

std::optional<std::chrono::year_month_day> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() && *year >= 1 ? std::optional(date) : std::nullopt;
}

/// `hh:mm:ss` and up to three digits of a fraction.
std::optional<Milliseconds> take_time_of_day(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  int ms = 0;
  if (take(text, '.')) {
    int scale = 100;
    std::size_t digits = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
      if (scale == 0 && text.front() != '0') return std::nullopt;  // finer than a millisecond
      ms += (text.front() - '0') * scale;
      scale /= 10;
    }
    if (digits == 0) return std::nullopt;
  }
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds) +
         Milliseconds(ms);
}

std::optional<Timestamp> parse_calendar(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  Timestamp t = std::chrono::sys_days(*date);
  if (text.empty()) return t;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day) return std::nullopt;
  take(text, 'Z');
  if (!text.empty()) return std::nullopt;
  return t + *time_of_day;
}

}  // namespace

std::string to_iso8601(Timestamp t) {
  if (t < kEarliest || t > kLatest) return std::to_string(to_ms(t));
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::int64_t ms = (t - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, ms);
  if (number.ec == std::errc{} && number.ptr == end) return timestamp_from_ms(ms);
  if (const auto t = parse_calendar(text)) return *t;
  return user_error(fmt::format("\"{}\"", text), "is no time", std::string(kTimeRemedy));
}

Result<Milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return user_error(fmt::format("\"{}\"", text), "is no duration", std::string(kDurationRemedy));
  };
  const auto unit_at = std::find_if(text.begin(), text.end(), [](char c) { return !is_digit(c) && c != '.'; });
  const std::string_view number(text.data(), static_cast<std::size_t>(unit_at - text.begin()));
  const std::string_view unit_name = text.substr(number.size());
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& each) { return each.name == unit_name; });
  const std::size_t point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : number.substr(point + 1);
  const bool shaped = !whole.empty() && (point == std::string_view::npos || !fraction.empty()) &&
                      fraction.find('.') == std::string_view::npos;
  if (unit == kUnits.end() || !shaped) return refuse();

  std::int64_t value = 0;
  const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  std::int64_t ms = 0;
  if (parsed.ec != std::errc{} || __builtin_mul_overflow(value, unit->ms, &ms)) return refuse();
  const auto fraction_ms = fraction_in_ms(fraction, unit->ms);
  if (!fraction_ms || __builtin_add_overflow(ms, *fraction_ms, &ms)) return refuse();
  return Milliseconds(ms);
}

std::string to_string(Milliseconds d) {
  for (const Unit& unit : kUnits) {
    if (d.count() != 0 && d.count() % unit.ms == 0) return fmt::format("{}{}", d.count() / unit.ms, unit.name);
  }
  return "0s";
}

}  // namespace temblor
