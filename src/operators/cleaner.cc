#include "operators/cleaner.h"

namespace temblor {

Rejection Cleaner::first_broken_rule(const Record& record) const {
  if (record.data_quality == 0) return Rejection::kDataQuality;
  const float amplitude = record.seismic_amplitude;
  if (!(amplitude >= amplitudes_.min && amplitude <= amplitudes_.max)) return Rejection::kAmplitude;
  if (!(std::fabs(record.longitude) <= 180)) return Rejection::kLongitude;
  if (!(std::fabs(record.latitude) <= 90)) return Rejection::kLatitude;
  if (record.sensor_id.empty() || record.phase_type.empty() || record.collect_timestamp == 0) {
    return Rejection::kEmptyField;
  }
  if (record.phase_type.size() != 1 || !is_phase(record.phase_type.front())) return Rejection::kPhaseType;
  if (record.sensor_id.size() > limits::kSensorIdBytes) return Rejection::kSensorIdLength;
  return Rejection::kTimestamp;
}

}  // namespace temblor
