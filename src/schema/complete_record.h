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

/// Reads a varint of one byte or two; returns what follows it, or nullptr where it is longer. Which of both is not
/// branched upon, since it changes from record to record.
inline const char* read_short_varint(const char* at, std::int32_t& value) {
  const std::uint32_t word = wire::load<std::uint16_t>(at);
  if ((word & 0x8080U) == 0x8080U) [[unlikely]]
    return nullptr;
  const std::uint32_t second = word >> 7U & 1U;
  value = static_cast<std::int32_t>((word & 0x7FU) | (word >> 1U & 0x3F80U & (0 - second)));
  return at + 1 + second;
}

/// Reads a record as encoders write nearly every one: all fields there and in order, tags and lengths of one byte, the
/// timestamp between February 1971 and 2109 (six bytes), depth and frequency below 16384. So a length has to be
/// compared only twice, neighbouring tags are compared in one word, and the processor can run ahead: this is most of a
/// record's time. Returns false for everything else, which need not be wrong, and leaves `record` half-written then.
[[gnu::always_inline]] inline bool read_complete(std::string_view bytes, Record& record) {
  constexpr auto kTag = [](std::uint32_t field, wire::Type type) { return static_cast<char>(wire::tag(field, type)); };
  // All that has a fixed length, with one byte each for depth and frequency, which may have one more.
  constexpr std::size_t kFixedBytes = 2 + 7 + 9 + 9 + 2 + 5 + 2 + 7;
  const char* at = bytes.data();
  const char* end = at + bytes.size();

  if (bytes.size() < kFixedBytes || at[0] != kTag(1, wire::kLength)) return false;
  const auto id_bytes = static_cast<std::uint8_t>(at[1]);
  if (id_bytes >= 0x80 || bytes.size() < kFixedBytes + id_bytes) return false;
  record.sensor_id = {at + 2, id_bytes};
  if (!is_ascii(record.sensor_id)) return false;
  at += 2 + id_bytes;

  // collect_timestamp: its tag, six bytes of a varint, the next tag; the groups of seven bits are pushed together.
  const auto word = wire::load<std::uint64_t>(at);
  constexpr std::uint64_t kShape = std::uint64_t{wire::tag(3, wire::kFixed64)} << 56U | wire::tag(2, wire::kVarint);
  if ((word & 0xFF808080808080FFU) != (kShape | 0x0000808080808000U)) return false;
  const std::uint64_t pairs = (word >> 8U & 0x007F007F007FU) | (word >> 9U & 0x3F803F803F80U);
  record.collect_timestamp =
      static_cast<std::int64_t>((pairs & 0x3FFFU) | (pairs >> 2U & 0xFFFC000U) | (pairs >> 4U & 0x3FFF0000000U));
  at += 7;

  if (at[9] != kTag(4, wire::kFixed64) || at[18] != kTag(5, wire::kVarint)) return false;
  record.longitude = wire::load<double>(at + 1);
  record.latitude = wire::load<double>(at + 10);
  at = read_short_varint(at + 19, record.depth);

  if (at == nullptr || at[0] != kTag(6, wire::kFixed32) || at[5] != kTag(7, wire::kVarint)) return false;
  record.seismic_amplitude = wire::load<float>(at + 1);
  at = read_short_varint(at + 6, record.frequency);

  // phase_type, data_quality and network_status, of one byte each, in two words that overlap by one.
  if (at == nullptr || end - at != 7) return false;
  const auto phase = wire::load<std::uint32_t>(at);
  const auto status = wire::load<std::uint32_t>(at + 3);
  constexpr std::uint32_t kPhaseShape = wire::tag(9, wire::kVarint) << 24U | 1U << 8U | wire::tag(8, wire::kLength);
  constexpr std::uint32_t kStatusShape = wire::tag(10, wire::kVarint) << 16U | wire::tag(9, wire::kVarint);
  if ((phase & 0xFF80FFFFU) != kPhaseShape || (status & 0x80FF80FFU) != kStatusShape) return false;
  record.phase_type = {at + 2, 1};
  record.data_quality = static_cast<std::int32_t>(status >> 8U & 0x7FU);
  record.network_status = static_cast<std::int32_t>(status >> 24U);
  return true;
}

}  // namespace temblor
