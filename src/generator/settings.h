#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "generator/schedule.h"

namespace temblor {

/// What to generate, as `temblor generate` and `generator:` are told.
struct GeneratorSettings {
  std::optional<std::uint64_t> records = 3000;  ///< at most 2^63 - 1, what an offset can say; nothing: without end
  std::uint64_t sensors = 10;                   ///< 1 … kMostSensors
  double anomaly_rate = 0.05;                   ///< 0 … 1, the share of records that break a cleaning rule
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> rate = {};    ///< records per second in real time, 1 … kHighestRate; nothing: at once
  std::optional<Timestamp> start_time = {};  ///< of the first record

  static constexpr std::uint64_t kMostSensors = 100'000'000;
  static constexpr std::uint64_t kHighestRate = 1'000'000'000;
  /// Where there is no rate, records are spaced as if each sensor gave so many in a second: the usual sampling rate
  /// of a seismic station.
  static constexpr std::uint64_t kReadingsPerSensorAndSecond = 100;

  /// The names of the settings, as query keys and, behind `--`, as options.
  static constexpr std::array<std::string_view, 6> kNames = {"records", "sensors", "anomaly-rate",
                                                             "seed",    "rate",    "start-time"};

  /// Sets one of kNames from what a person wrote: `3000` or `unlimited`, `500000` or `500000/s`, a time as
  /// parse_timestamp reads it. `where` is for the error: "--records".
  Result<void> set(std::string_view name, std::string_view value, const std::string& where);

  /// When the records happen, for a generator that starts `now`. They begin at the start time; without one a paced or
  /// endless generator begins now, and any other ends now. Refused where records would be older than the epoch or
  /// younger than kLatest: 0 means "no time" in a message.
  [[nodiscard]] Result<Schedule> schedule(Timestamp now, const std::string& where) const;
};

}  // namespace temblor
