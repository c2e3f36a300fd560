#include "schema/deserializer.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "schema/wire.h"

namespace temblor {
namespace {

using wire::tag;

constexpr int kGroupDepth = 100;  // libprotobuf's default recursion limit

/// Reads a field's tag as libprotobuf does: up to five bytes, bits beyond the 32nd dropped.
const char* read_tag(const char* at, const char* end, std::uint32_t& value) {
  value = 0;
  for (unsigned i = 0; i < 5; ++i) {
    if (at == end) return nullptr;
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= (byte & 0x7FU) << 7U * i;
    if (byte < 0x80) return at;
  }
  return nullptr;
}

/// Reads the length of a string or message and checks that so much follows.
const char* read_length(const char* at, const char* end, std::size_t& length) {
  std::uint64_t value = 0;
  const char* next = wire::read_varint(at, end, value);
  if (next == nullptr || next - at > 5 || value > wire::kLongestLength) return nullptr;
  if (value > static_cast<std::uint64_t>(end - next)) return nullptr;
  length = static_cast<std::size_t>(value);
  return next;
}

/// Skips the value of an unknown field; groups with all that is inside them.
const char* skip_field(const char* at, const char* end, std::uint32_t field_tag) {
  std::uint32_t open_groups[kGroupDepth];
  int depth = 0;
  while (true) {
    const std::uint32_t field = field_tag >> 3U;
    if (field == 0) return nullptr;
    switch (field_tag & 7U) {
      case wire::kVarint: {
        std::uint64_t ignored = 0;
        at = wire::read_varint(at, end, ignored);
        if (at == nullptr) return nullptr;
        break;
      }
      case wire::kFixed64:
        if (end - at < 8) return nullptr;
        at += 8;
        break;
      case wire::kFixed32:
        if (end - at < 4) return nullptr;
        at += 4;
        break;
      case wire::kLength: {
        std::size_t length = 0;
        at = read_length(at, end, length);
        if (at == nullptr) return nullptr;
        at += length;
        break;
      }
      case wire::kStartGroup:
        if (depth == kGroupDepth) return nullptr;
        open_groups[depth++] = field;
        break;
      case wire::kEndGroup:
        if (depth == 0 || open_groups[--depth] != field) return nullptr;
        break;
      default:
        return nullptr;
    }
    if (depth == 0) return at;
    at = read_tag(at, end, field_tag);
    if (at == nullptr) return nullptr;
  }
}

const char* read_string(const char* at, const char* end, std::string_view& value) {
  std::size_t length = 0;
  at = read_length(at, end, length);
  if (at == nullptr) return nullptr;
  value = std::string_view(at, length);
  return is_utf8(value) ? at + length : nullptr;
}

template <class T>
const char* read_fixed(const char* at, const char* end, T& value) {
  if (end - at < static_cast<std::ptrdiff_t>(sizeof(T))) return nullptr;
  value = wire::load<T>(at);
  return at + sizeof(T);
}

template <class T>
const char* read_integer(const char* at, const char* end, T& value) {
  std::uint64_t wide = 0;
  at = wire::read_varint(at, end, wide);
  value = static_cast<T>(wide);  // an int32 takes the low 32 bits, as libprotobuf does
  return at;
}

/// Reads the value that belongs to `field_tag`; what is no field of a SeismicRecord is skipped.
const char* read_field(const char* at, const char* end, std::uint32_t field_tag, Record& record) {
  switch (field_tag) {
    case tag(1, wire::kLength):
      return read_string(at, end, record.sensor_id);
    case tag(2, wire::kVarint):
      return read_integer(at, end, record.collect_timestamp);
    case tag(3, wire::kFixed64):
      return read_fixed(at, end, record.longitude);
    case tag(4, wire::kFixed64):
      return read_fixed(at, end, record.latitude);
    case tag(5, wire::kVarint):
      return read_integer(at, end, record.depth);
    case tag(6, wire::kFixed32):
      return read_fixed(at, end, record.seismic_amplitude);
    case tag(7, wire::kVarint):
      return read_integer(at, end, record.frequency);
    case tag(8, wire::kLength):
      return read_string(at, end, record.phase_type);
    case tag(9, wire::kVarint):
      return read_integer(at, end, record.data_quality);
    case tag(10, wire::kVarint):
      return read_integer(at, end, record.network_status);
    default:
      return skip_field(at, end, field_tag);
  }
}

}  // namespace

bool deserialize_any(std::string_view bytes, Record& record) {
  record = Record{};
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  while (at != end) {
    std::uint32_t field_tag = 0;
    at = read_tag(at, end, field_tag);
    if (at == nullptr) return false;
    at = read_field(at, end, field_tag, record);
    if (at == nullptr) return false;
  }
  return true;
}

std::optional<AggRecord> deserialize_result(std::string_view bytes) {
  AggRecord result;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  while (at != end) {
    std::uint32_t field_tag = 0;
    at = read_tag(at, end, field_tag);
    if (at == nullptr) return std::nullopt;
    switch (field_tag) {
      case tag(1, wire::kLength):
        at = read_string(at, end, result.row.sensor_id);
        break;
      case tag(2, wire::kVarint):
        at = read_integer(at, end, start_ms);
        break;
      case tag(3, wire::kVarint):
        at = read_integer(at, end, end_ms);
        break;
      case tag(4, wire::kFixed32):
        at = read_fixed(at, end, result.row.avg_amplitude);
        break;
      case tag(5, wire::kFixed32):
        at = read_fixed(at, end, result.row.max_amplitude);
        break;
      case tag(6, wire::kFixed32):
        at = read_fixed(at, end, result.row.min_amplitude);
        break;
      case tag(7, wire::kVarint):
        at = read_integer(at, end, result.row.p_phase_count);
        break;
      case tag(8, wire::kVarint):
        at = read_integer(at, end, result.row.s_phase_count);
        break;
      case tag(9, wire::kVarint):
        at = read_integer(at, end, result.row.n_phase_count);
        break;
      default:
        at = skip_field(at, end, field_tag);
    }
    if (at == nullptr) return std::nullopt;
  }
  result.window_start = timestamp_from_ms(start_ms);
  result.window_end = timestamp_from_ms(end_ms);
  return result;
}

FrameLength read_frame_length(std::string_view bytes) {
  std::uint64_t length = 0;
  const char* next = wire::read_varint(bytes.data(), bytes.data() + bytes.size(), length);
  if (next == nullptr) {
    const bool torn = bytes.size() < static_cast<std::size_t>(wire::kVarintBytes);
    return {.status = torn ? FrameLength::Status::kTorn : FrameLength::Status::kMalformed};
  }
  if (length > limits::kMessageBytes) return {.status = FrameLength::Status::kMalformed};
  return {.status = FrameLength::Status::kOk,
          .prefix = static_cast<std::size_t>(next - bytes.data()),
          .length = static_cast<std::size_t>(length)};
}

}  // namespace temblor
