#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/serializer.h"

namespace temblor {

inline constexpr std::int64_t kTime = 1'274'977'473'210;  // 2010-05-27T16:24:33.210Z

/// A good record of the sensor `id`, serialized.
inline std::string test_record(std::string_view id) {
  std::string bytes;
  serialize({.sensor_id = id,
             .phase_type = "P",
             .collect_timestamp = kTime,
             .longitude = 11.5,
             .latitude = 48.25,
             .seismic_amplitude = 3.21F,
             .data_quality = 1},
            bytes);
  return bytes;
}

}  // namespace temblor
