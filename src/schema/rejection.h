#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace temblor {

/// Why a reading did not get into a window. Where several apply the first in this order counts, which is the order
/// of the cleaning rules in the specification.
enum class Rejection : std::uint8_t {
  kParse,           ///< the bytes are no SeismicRecord
  kFrame,           ///< bytes between messages that belong to none: a lost length, a torn tail
  kDamaged,         ///< a miniSEED record that cannot be used, a message whose checksum is wrong
  kCompression,     ///< a message that is compressed in a way which is not known here
  kOverlap,         ///< samples of a channel that were delivered already, from another record
  kDataQuality,     ///< data_quality = 0
  kAmplitude,       ///< outside the range, NaN or infinite
  kLongitude,       ///< outside -180 … 180, or NaN
  kLatitude,        ///< outside -90 … 90, or NaN
  kEmptyField,      ///< no sensor_id, no phase_type or no collect_timestamp
  kPhaseType,       ///< a phase other than P, S, N
  kSensorIdLength,  ///< longer than limits::kSensorIdBytes
  kTimestamp,       ///< outside kEarliest … kLatest, or more than --max-ahead past its reference
  kSensorLimit,     ///< more sensors in one window than limits::kSensors
};

inline constexpr std::array<std::string_view, 14> kRejectionNames = {
    "parse",     "frame",    "damaged",     "compression", "overlap",          "data_quality", "amplitude",
    "longitude", "latitude", "empty_field", "phase_type",  "sensor_id_length", "timestamp",    "sensor_limit"};

inline constexpr std::size_t kRejections = kRejectionNames.size();

/// The name in summaries, letters and logs.
constexpr std::string_view to_string(Rejection rejection) {
  return kRejectionNames[static_cast<std::size_t>(rejection)];
}

}  // namespace temblor
