#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "generator/schedule.h"
#include "generator/settings.h"
#include "schema/rejection.h"

namespace temblor {

/// The rules that anomalous records break, each about equally often.
inline constexpr std::array kAnomalies = {Rejection::kParse,     Rejection::kDataQuality, Rejection::kAmplitude,
                                          Rejection::kLongitude, Rejection::kLatitude,    Rejection::kEmptyField,
                                          Rejection::kPhaseType};

/// Synthetic readings: sensors `S001`, `S002`, … in turn, the rest random. The message of an index is a function of
/// the settings, the schedule and the index alone, the same bytes on every machine, so that reading can go on
/// anywhere. Immutable: any thread may call it.
///
/// Valid readings: longitude and latitude anywhere, in steps of 0.0001 degrees; depth 0 to 700; amplitude -10 to 10 in
/// steps of 0.001; frequency 1 to 100 Hz; phase P, S or N. An anomalous reading breaks exactly one cleaning rule.
class Generator {
 public:
  Generator(const GeneratorSettings& settings, const Schedule& schedule);

  /// Appends message `index` as a SeismicRecord; says which rule it breaks, if any.
  std::optional<Rejection> append(std::uint64_t index, std::string& out) const;

  /// More than any message takes.
  static constexpr std::size_t kLongestMessage = 128;

  [[nodiscard]] const Schedule& schedule() const { return schedule_; }

 private:
  std::uint64_t sensors_;
  std::uint64_t seed_;
  bool all_anomalous_;
  std::uint64_t anomaly_below_;  ///< a random number of 64 bits below this makes a record anomalous
  Schedule schedule_;
};

}  // namespace temblor
