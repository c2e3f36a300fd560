#pragma once

#include <cstdint>
#include <string_view>

namespace temblor {

/// One raw reading, the fields of SeismicRecord (proto/seismic_data.proto) as they came, not yet cleaned.
/// The strings point into the batch it was read from and live as long as that.
struct Record {
  std::string_view sensor_id;
  std::string_view phase_type;         ///< `P`, `S`, `N` where it is legal
  std::int64_t collect_timestamp = 0;  ///< ms since the Unix epoch; any int64 may stand here
  double longitude = 0;                ///< degrees
  double latitude = 0;                 ///< degrees
  float seismic_amplitude = 0;         ///< NaN and infinity may stand here
  std::int32_t depth = 0;
  std::int32_t frequency = 0;     ///< Hz
  std::int32_t data_quality = 0;  ///< 0 invalid, 1 valid
  std::int32_t network_status = 0;
};

}  // namespace temblor
