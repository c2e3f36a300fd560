#include "flink/partial_rows.h"

#include <array>
#include <bit>
#include <cstring>

namespace temblor::flink {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as numbers lie in memory");

constexpr std::size_t kFixedBytes = 8 + 16 + 4 + 4 + 12 + 1 + 1;

template <class Number>
void append(Number number, std::string& out) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

template <class Number>
Number take(std::string_view& bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

}  // namespace

void append_partial(const Partial& partial, std::string& out) {
  const Aggregate& aggregate = partial.aggregate;
  const std::string_view id = partial.sensor.id();
  const std::string wide = aggregate.sum().wide_bytes();
  append(static_cast<std::int64_t>(to_ms(partial.window_start)), out);
  append(aggregate.sum().narrow(), out);
  append(aggregate.max(), out);
  append(aggregate.min(), out);
  for (const Phase phase : {Phase::kP, Phase::kS, Phase::kNoise}) append(aggregate.phase_count(phase), out);
  append(static_cast<std::uint8_t>(id.size()), out);
  append(static_cast<std::uint8_t>(wide.size()), out);
  out += id;
  out += wide;
}

std::optional<PartialRow> take_partial(std::string_view& bytes) {
  if (bytes.size() < kFixedBytes) return std::nullopt;
  std::string_view rest = bytes;
  PartialRow row;
  row.window_start = timestamp_from_ms(take<std::int64_t>(rest));
  const auto narrow = take<Int128>(rest);
  const auto max = take<float>(rest);
  const auto min = take<float>(rest);
  std::array<std::uint32_t, 3> phases{};
  for (std::uint32_t& phase : phases) phase = take<std::uint32_t>(rest);
  const std::size_t id_size = take<std::uint8_t>(rest);
  const std::size_t wide_size = take<std::uint8_t>(rest);
  if (rest.size() < id_size + wide_size) return std::nullopt;
  row.sensor_id = rest.substr(0, id_size);
  ExactSum sum;
  if (!sum.restore(narrow, rest.substr(id_size, wide_size))) return std::nullopt;
  row.aggregate = Aggregate(std::move(sum), max, min, phases);
  bytes = rest.substr(id_size + wide_size);
  return row;
}

}  // namespace temblor::flink
