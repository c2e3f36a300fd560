#pragma once

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

  /// The rule that `record` breaks, or nothing.
  [[nodiscard]] std::optional<Rejection> check(const Record& record) const {
    if (record.data_quality == 0) return Rejection::kDataQuality;
    // Written so that NaN fails each of them.
    if (!(record.seismic_amplitude >= amplitudes_.min && record.seismic_amplitude <= amplitudes_.max)) {
      return Rejection::kAmplitude;
    }
    if (!(record.longitude >= -180 && record.longitude <= 180)) return Rejection::kLongitude;
    if (!(record.latitude >= -90 && record.latitude <= 90)) return Rejection::kLatitude;
    if (record.sensor_id.empty() || record.phase_type.empty() || record.collect_timestamp == 0) {
      return Rejection::kEmptyField;
    }
    if (record.phase_type.size() != 1 || !is_phase(record.phase_type.front())) return Rejection::kPhaseType;
    if (record.sensor_id.size() > limits::kSensorIdBytes) return Rejection::kSensorIdLength;
    if (record.collect_timestamp < earliest_ms_ || record.collect_timestamp > latest_ms_) {
      return Rejection::kTimestamp;
    }
    return std::nullopt;
  }

  /// The phase of a record that passed check().
  static Phase phase_of(const Record& record) {
    const char letter = record.phase_type.front();
    return letter == 'P' ? Phase::kP : letter == 'S' ? Phase::kS : Phase::kNoise;
  }

 private:
  static bool is_phase(char letter) { return letter == 'P' || letter == 'S' || letter == 'N'; }

  AmplitudeRange amplitudes_;
  std::int64_t earliest_ms_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t latest_ms_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace temblor
