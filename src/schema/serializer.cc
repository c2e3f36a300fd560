#include "schema/serializer.h"

#include <bit>
#include <cstring>

#include "schema/wire.h"

namespace temblor {
namespace {

template <class T>
void append_fixed(T value, std::string& out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void append_tag(std::uint32_t field, wire::Type type, std::string& out) { append_varint(wire::tag(field, type), out); }

// proto3 leaves out what has its default value. For floats that is the bit pattern of +0: -0 is written.

void append_string(std::uint32_t field, std::string_view value, std::string& out) {
  if (value.empty()) return;
  append_tag(field, wire::kLength, out);
  append_delimited(value, out);
}

void append_integer(std::uint32_t field, std::int64_t value, std::string& out) {
  if (value == 0) return;
  append_tag(field, wire::kVarint, out);
  append_varint(static_cast<std::uint64_t>(value), out);  // negative numbers take ten bytes, int32 too
}

void append_double(std::uint32_t field, double value, std::string& out) {
  if (std::bit_cast<std::uint64_t>(value) == 0) return;
  append_tag(field, wire::kFixed64, out);
  append_fixed(value, out);
}

void append_float(std::uint32_t field, float value, std::string& out) {
  if (std::bit_cast<std::uint32_t>(value) == 0) return;
  append_tag(field, wire::kFixed32, out);
  append_fixed(value, out);
}

}  // namespace

void append_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

void append_delimited(std::string_view message, std::string& out) {
  append_varint(message.size(), out);
  out.append(message);
}

void serialize(const Record& record, std::string& out) {
  append_string(1, record.sensor_id, out);
  append_integer(2, record.collect_timestamp, out);
  append_double(3, record.longitude, out);
  append_double(4, record.latitude, out);
  append_integer(5, record.depth, out);
  append_float(6, record.seismic_amplitude, out);
  append_integer(7, record.frequency, out);
  append_string(8, record.phase_type, out);
  append_integer(9, record.data_quality, out);
  append_integer(10, record.network_status, out);
}

void serialize(const ResultRow& row, Timestamp window_start, Timestamp window_end, std::string& out) {
  append_string(1, row.sensor_id, out);
  append_integer(2, to_ms(window_start), out);
  append_integer(3, to_ms(window_end), out);
  append_float(4, row.avg_amplitude, out);
  append_float(5, row.max_amplitude, out);
  append_float(6, row.min_amplitude, out);
  append_integer(7, row.p_phase_count, out);
  append_integer(8, row.s_phase_count, out);
  append_integer(9, row.n_phase_count, out);
}

void cut_payload(Letter& letter, std::size_t most) {
  if (letter.payload.size() <= most) return;
  if (letter.payload_bytes == 0) letter.payload_bytes = static_cast<std::int64_t>(letter.payload.size());
  letter.payload = letter.payload.substr(0, most);
}

void serialize(const Letter& letter, std::string& out) {
  append_string(1, letter.split, out);
  append_integer(2, letter.offset, out);
  append_integer(3, letter.end_offset, out);
  append_string(4, letter.reason, out);
  append_integer(5, letter.time_ms, out);
  append_string(6, letter.payload, out);
  append_integer(7, letter.count, out);
  append_integer(8, letter.payload_bytes, out);
}

}  // namespace temblor
