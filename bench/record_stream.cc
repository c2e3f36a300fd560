#include "record_stream.h"

#include <fmt/format.h>

#include <random>

#include "schema/serializer.h"

namespace temblor::bench {

RecordStream::RecordStream(std::uint32_t sensors, std::uint32_t per_window, std::uint32_t windows,
                           std::uint32_t first_sensor)
    : per_window_(per_window), in_window_(std::uint64_t{sensors} * per_window) {
  constexpr std::string_view kPhases[] = {"P", "S", "N"};
  std::mt19937_64 random(42);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<float> amplitude(-10, 10);
  const std::uint64_t total = in_window_ * windows;
  bytes_.reserve(total * 64);
  ends_.reserve(total);
  std::string id;
  for (std::uint64_t i = 0; i < total; ++i) {
    id = fmt::format("S{:03}", i % sensors + first_sensor);
    const Record record{.sensor_id = id,
                        .phase_type = kPhases[random() % 3],
                        .collect_timestamp = kStartMs + static_cast<std::int64_t>(i * 1000 / in_window_),
                        .longitude = longitude(random),
                        .latitude = latitude(random),
                        .seismic_amplitude = amplitude(random),
                        .depth = static_cast<std::int32_t>(random() % 700),
                        .frequency = static_cast<std::int32_t>(random() % 100 + 1),
                        .data_quality = 1,
                        .network_status = 1};
    serialize(record, bytes_);
    ends_.push_back(bytes_.size());
  }
}

}  // namespace temblor::bench
