#pragma once

#include <cstdint>
#include <string_view>

#include "schema/record.h"
#include "schema/wire.h"

/// The quick half of the deserializer, inline for those who decode millions of records; others include
/// schema/deserializer.h.
namespace temblor {

inline bool is_ascii(std::string_view text) {
  // Two overlapping loads see 8 to 16 bytes, two overlapping ones of four see 4 to 8: ids are mostly that long.
  constexpr std::uint64_t kTopBits = 0x8080808080808080U;
  const char* data = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    if (size > 16) return false;  // let the general check decide
    return ((wire::load<std::uint64_t>(data) | wire::load<std::uint64_t>(data + size - 8)) & kTopBits) == 0;
  }
  if (size >= 4) {
    return ((wire::load<std::uint32_t>(data) | wire::load<std::uint32_t>(data + size - 4)) & 0x80808080U) == 0;
  }
  std::uint8_t bits = 0;
  for (const char c : text) bits |= static_cast<std::uint8_t>(c);
  return bits < 0x80;
}

/// The same as read_wide_varint, for numbers that mostly take one byte or two.
inline const char* read_short_varint(const char* at, std::uint64_t& value) {
  const auto word = wire::load<std::uint16_t>(at);
  if ((word & 0x80U) == 0) {
    value = word & 0x7FU;
    return at + 1;
  }
  if ((word & 0x8000U) == 0) {
    value = (word & 0x7FU) | (word & 0x7F00U) >> 1U;
    return at + 2;
  }
  return wire::read_wide_varint(at, value);
}

/// Reads a record as encoders write one that has all its fields: in order, tags and lengths of one byte. The order
/// known, a length has to be compared only where a field's size varies, and the processor can run ahead: this is
/// most of a record's time. Returns false for everything else, which need not be wrong, and leaves `record`
/// half-written then.
inline bool read_complete(std::string_view bytes, Record& record) {
  constexpr auto kTag = [](std::uint32_t field, wire::Type type) { return static_cast<char>(wire::tag(field, type)); };
  const char* at = bytes.data();
  const char* end = at + bytes.size();

  // sensor_id and collect_timestamp, of which the shortest is two bytes, before 34 more.
  if (end - at < 2 || at[0] != kTag(1, wire::kLength)) return false;
  const auto id_bytes = static_cast<std::uint8_t>(at[1]);
  if (id_bytes >= 0x80 || end - at < 2 + id_bytes + 2 + 34) return false;
  record.sensor_id = {at + 2, id_bytes};
  at += 2 + id_bytes;
  std::uint64_t integer = 0;
  if (!is_ascii(record.sensor_id) || at[0] != kTag(2, wire::kVarint)) return false;
  at = wire::read_wide_varint(at + 1, integer);
  record.collect_timestamp = static_cast<std::int64_t>(integer);

  // longitude, latitude and depth, before 14 more.
  if (at == nullptr || end - at < 9 + 9 + 2 + 14) return false;
  if (at[0] != kTag(3, wire::kFixed64) || at[9] != kTag(4, wire::kFixed64) || at[18] != kTag(5, wire::kVarint)) {
    return false;
  }
  record.longitude = wire::load<double>(at + 1);
  record.latitude = wire::load<double>(at + 10);
  at = read_short_varint(at + 19, integer);
  record.depth = static_cast<std::int32_t>(integer);

  // seismic_amplitude and frequency, before 7 more.
  if (at == nullptr || end - at < 5 + 2 + 7 || at[0] != kTag(6, wire::kFixed32) || at[5] != kTag(7, wire::kVarint)) {
    return false;
  }
  record.seismic_amplitude = wire::load<float>(at + 1);
  at = read_short_varint(at + 6, integer);
  record.frequency = static_cast<std::int32_t>(integer);

  // phase_type, data_quality and network_status, of one byte each.
  if (at == nullptr || end - at != 7 || at[0] != kTag(8, wire::kLength) || at[1] != 1 ||
      at[3] != kTag(9, wire::kVarint) || at[5] != kTag(10, wire::kVarint) || ((at[2] | at[4] | at[6]) & 0x80) != 0) {
    return false;
  }
  record.phase_type = {at + 2, 1};
  record.data_quality = at[4];
  record.network_status = at[6];
  return true;
}

}  // namespace temblor
