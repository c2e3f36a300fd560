#include "generator/generator.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <bit>
#include <limits>
#include <string_view>

#include "generator/split_mix.h"
#include "schema/record.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

/// How many random numbers are set aside for each record: room for fields to come.
constexpr std::uint64_t kDraws = 8;

// Random values are a whole number divided by a power of ten: one operation, rounded in the same way everywhere,
// where a product and a sum may be fused on one machine and not on another.
constexpr std::int32_t kDegreeSteps = 10'000;
constexpr std::int32_t kAmplitudeSteps = 1'000;
constexpr double degrees(std::int32_t steps) { return static_cast<double>(steps) / kDegreeSteps; }
constexpr float amplitude(std::int32_t steps) { return static_cast<float>(steps) / float{kAmplitudeSteps}; }

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Two random numbers in one draw.
struct Pair {
  std::uint32_t high;
  std::uint32_t low;
  explicit Pair(std::uint64_t bits)
      : high(static_cast<std::uint32_t>(bits >> 32U)), low(static_cast<std::uint32_t>(bits)) {}
};

/// A whole number in -`bound` … `bound`.
std::int32_t around_zero(std::uint32_t bits, std::int32_t bound) {
  return static_cast<std::int32_t>(scale(bits, static_cast<std::uint32_t>(2 * bound + 1))) - bound;
}

float wrong_amplitude(std::uint32_t bits, std::int32_t beyond) {
  switch (scale(bits, 5)) {
    case 0:
      return amplitude(10 * kAmplitudeSteps + beyond);
    case 1:
      return amplitude(-10 * kAmplitudeSteps - beyond);
    case 2:
      return kInfinity;
    case 3:
      return -kInfinity;
    default:
      return std::bit_cast<float>(0x7FC00000U);
  }
}

double wrong_degrees(std::uint32_t bits, std::int32_t bound, std::int32_t beyond) {
  switch (scale(bits, 3)) {
    case 0:
      return degrees(bound * kDegreeSteps + beyond);
    case 1:
      return degrees(-bound * kDegreeSteps - beyond);
    default:
      return kNaN;
  }
}

void empty_a_field(std::uint32_t bits, Record& record) {
  switch (scale(bits, 3)) {
    case 0:
      record.sensor_id = {};
      break;
    case 1:
      record.phase_type = {};
      break;
    default:
      record.collect_timestamp = 0;
      break;
  }
}

std::string_view wrong_phase(std::uint32_t bits) {
  constexpr std::string_view kWrong[] = {"X", "p", "PS", "n/a"};
  return kWrong[scale(bits, std::size(kWrong))];
}

/// A whole record with something at its end that no decoder may accept.
void append_broken(std::uint32_t bits, Record& record, std::string& out) {
  using std::string_view_literals::operator""sv;
  std::string_view end;
  switch (scale(bits, 4)) {
    case 0:
      end = "\x50\x80"sv;
      break;  // network_status, its varint cut off
    case 1:
      end = "\x57"sv;
      break;  // network_status in wire type 7, which does not exist
    case 2:
      end =
          "\x42\x7F"
          "P"sv;
      break;  // phase_type of 127 bytes, one of which is there
    default:
      record.phase_type = "\xC3\x28"sv;
      break;  // no UTF-8
  }
  serialize(record, out);
  out.append(end);
}

}  // namespace

Generator::Generator(const GeneratorSettings& settings, const Schedule& schedule)
    : sensors_(settings.sensors),
      seed_(settings.seed),
      all_anomalous_(settings.anomaly_rate >= 1),
      anomaly_below_(all_anomalous_ ? 0 : static_cast<std::uint64_t>(settings.anomaly_rate * 0x1p64)),
      schedule_(schedule) {}

std::optional<Rejection> Generator::append(std::uint64_t index, std::string& out) const {
  SplitMix64 random(seed_, index * kDraws);
  const bool anomalous = random.next() < anomaly_below_ || all_anomalous_;
  const Pair place(random.next());
  const Pair motion(random.next());
  const Pair wave(random.next());

  char sensor_id[24];
  const char* const end = fmt::format_to(sensor_id, FMT_COMPILE("S{:03}"), index % sensors_ + 1);
  constexpr std::string_view kPhases[] = {"P", "S", "N"};
  Record record{
      .sensor_id = {sensor_id, static_cast<std::size_t>(end - sensor_id)},
      .phase_type = kPhases[scale(wave.low, 3)],
      .collect_timestamp = to_ms(schedule_.time_of(index)),
      .longitude = degrees(around_zero(place.high, 180 * kDegreeSteps)),
      .latitude = degrees(around_zero(place.low, 90 * kDegreeSteps)),
      .seismic_amplitude = amplitude(around_zero(motion.high, 10 * kAmplitudeSteps)),
      .depth = static_cast<std::int32_t>(scale(motion.low, 701)),
      .frequency = static_cast<std::int32_t>(scale(wave.high, 100)) + 1,
      .data_quality = 1,
      .network_status = 1,
  };
  if (!anomalous) {
    serialize(record, out);
    return std::nullopt;
  }

  const Pair kind(random.next());
  const auto beyond = static_cast<std::int32_t>(scale(Pair(random.next()).high, 100'000)) + 1;
  const Rejection reason = kAnomalies[scale(kind.high, kAnomalies.size())];
  switch (reason) {
    case Rejection::kParse:
      append_broken(kind.low, record, out);
      return reason;
    case Rejection::kDataQuality:
      record.data_quality = 0;
      break;
    case Rejection::kAmplitude:
      record.seismic_amplitude = wrong_amplitude(kind.low, beyond);
      break;
    case Rejection::kLongitude:
      record.longitude = wrong_degrees(kind.low, 180, beyond);
      break;
    case Rejection::kLatitude:
      record.latitude = wrong_degrees(kind.low, 90, beyond);
      break;
    case Rejection::kEmptyField:
      empty_a_field(kind.low, record);
      break;
    default:
      record.phase_type = wrong_phase(kind.low);
      break;
  }
  serialize(record, out);
  return reason;
}

}  // namespace temblor
