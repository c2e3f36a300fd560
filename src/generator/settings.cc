#include "generator/settings.h"

#include <fmt/format.h>

#include <charconv>

#include "base/assert.h"

namespace temblor {
namespace {

/// The whole of `text` as a number in `lowest` … `highest` (NaN is in no range), or nothing.
template <class Number>
std::optional<Number> number(std::string_view text, Number lowest, Number highest) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= lowest && value <= highest)) return std::nullopt;
  return value;
}

constexpr std::uint64_t kAny = ~std::uint64_t{0};

}  // namespace

Result<void> GeneratorSettings::set(std::string_view name, std::string_view value, const std::string& where) {
  const auto refuse = [&](std::string expected) {
    return user_error(where, fmt::format("\"{}\" is not valid", value), std::move(expected));
  };
  const auto whole = [&](auto& setting, std::uint64_t lowest, std::uint64_t highest, std::string_view text) {
    const auto read = number<std::uint64_t>(text, lowest, highest);
    if (read) setting = *read;
    return read.has_value();
  };
  if (name == "records") {
    if (value == "unlimited") {
      records.reset();
    } else if (!whole(records, 0, kAny / 2, value)) {
      return refuse("give a number of records, or 'unlimited'");
    }
  } else if (name == "sensors") {
    if (!whole(sensors, 1, kMostSensors, value)) {
      return refuse(fmt::format("give a number of sensors, 1 to {}", kMostSensors));
    }
  } else if (name == "anomaly-rate") {
    const auto read = number<double>(value, 0, 1);
    if (!read) return refuse("give a share, 0 to 1: 0.05 is 5 %");
    anomaly_rate = *read;
  } else if (name == "seed") {
    if (!whole(seed, 0, kAny, value)) return refuse(fmt::format("give a whole number, 0 to {}", kAny));
  } else if (name == "rate") {
    const std::string_view text = value.ends_with("/s") ? value.substr(0, value.size() - 2) : value;
    if (!whole(rate, 1, kHighestRate, text)) {
      return refuse(fmt::format("give records per second, 1 to {}, such as 500/s", kHighestRate));
    }
  } else if (name == "start-time") {
    const auto read = parse_timestamp(value);
    if (!read) return user_error(where, read.error().what, read.error().remedy);
    start_time = *read;
  } else {
    TEMBLOR_ASSERT(false && "name is one of kNames");
  }
  return {};
}

Result<Schedule> GeneratorSettings::schedule(Timestamp now, const std::string& where) const {
  Schedule schedule{now, rate.value_or(sensors * kReadingsPerSensorAndSecond)};
  const std::uint64_t last = records.value_or(0) > 0 ? *records - 1 : 0;
  const auto too_long = [&](std::string_view what) {
    return user_error(where, fmt::format("{} records at {} per second {}", last + 1, schedule.per_second, what),
                      "give fewer records, or another start time");
  };
  // Compared in seconds first, so that no number of records can overflow the milliseconds.
  constexpr auto kLongestSeconds = static_cast<std::uint64_t>(kLatest.time_since_epoch().count() / 1000);
  if (last / schedule.per_second > kLongestSeconds) return too_long("last for thousands of years");
  if (start_time) {
    schedule.first = *start_time;
  } else if (records && !rate) {
    schedule.first = now - schedule.elapsed(last);
  }
  if (schedule.first.time_since_epoch().count() <= 0) {
    if (!start_time) return too_long("would begin before 1970");
    return user_error(where, "the start time is not after 1970-01-01T00:00:00Z", "give a later one");
  }
  if (schedule.first > kLatest || schedule.time_of(last) > kLatest) return too_long("would go on after the year 9999");
  return schedule;
}

}  // namespace temblor
