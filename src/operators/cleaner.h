#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "base/time.h"
#include "schema/amplitude_range.h"
#include "schema/phase.h"
#include "schema/record.h"
#include "schema/rejection.h"

namespace temblor {

/// Decides whether a reading is fit for a window. Rules in the order of the specification; the first that a reading
/// breaks counts. Stateless but for its settings.
class Cleaner {
 public:
  /// `amplitudes` has finite bounds.
  explicit Cleaner(AmplitudeRange amplitudes) : amplitudes_(amplitudes) {}

  /// Lets only timestamps pass that lie in kEarliest … kLatest and not after `latest`; set for each batch in event
  /// time. In processing time nobody asks for the timestamp and nothing is set.
  void accept_timestamps_until(Timestamp latest) {
    earliest_ms_ = to_ms(kEarliest);
    latest_ms_ = to_ms(std::min(latest, kLatest));
  }

  /// Whether `record` breaks no rule: inline for those who clean millions, and without a call, so that a record of
  /// theirs can stay in registers.
  [[nodiscard]] [[gnu::always_inline]] bool accepts(const Record& record) const {
    // Nearly all readings are good: one way straight through for them. Written so that NaN fails.
    return record.data_quality != 0 && record.seismic_amplitude >= amplitudes_.min &&
           record.seismic_amplitude <= amplitudes_.max && std::fabs(record.longitude) <= 180 &&
           std::fabs(record.latitude) <= 90 && record.sensor_id.size() - 1 < limits::kSensorIdBytes &&
           record.phase_type.size() == 1 && is_phase(record.phase_type.front()) && record.collect_timestamp != 0 &&
           record.collect_timestamp >= earliest_ms_ && record.collect_timestamp <= latest_ms_;
  }

  /// The rule that `record` breaks, or nothing.
  [[nodiscard]] std::optional<Rejection> check(const Record& record) const {
    if (accepts(record)) return std::nullopt;
    return first_broken_rule(record);
  }

  /// The phase of a record that passed check().
  static Phase phase_of(const Record& record) { return static_cast<Phase>(phase_code(record.phase_type.front())); }

 private:
  static bool is_phase(char letter) { return phase_code(letter) != kNoPhase; }

  [[nodiscard]] Rejection first_broken_rule(const Record& record) const;

  AmplitudeRange amplitudes_;
  std::int64_t earliest_ms_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t latest_ms_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace temblor
