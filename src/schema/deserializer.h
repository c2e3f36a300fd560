#pragma once

#include <optional>
#include <string_view>

#include "schema/complete_record.h"
#include "schema/record.h"
#include "schema/window_result.h"

namespace temblor {

/// Reads one SeismicRecord from its wire bytes, in a single pass and without copying: strings point into `bytes`.
///
/// Accepts and refuses exactly what libprotobuf's generated class does (proto3, C++, 3.21): fields in any order, the
/// last one wins, unknown fields and known numbers with another wire type are skipped, groups among them, invalid
/// UTF-8 in a string refused. Every field of `record` is set, to its default where it is not in `bytes`.
/// Returns false where the bytes do not parse; `record` is then unspecified. Any bytes may be given; any thread may
/// call it. Format: https://protobuf.dev/programming-guides/encoding/
bool deserialize_any(std::string_view bytes, Record& record);

/// The same, quickly for those that have all their fields in order.
inline bool deserialize(std::string_view bytes, Record& record) {
  return read_complete(bytes, record) || deserialize_any(bytes, record);
}

/// A SeismicAggRecord as read back, for people and tests; not made for speed.
struct AggRecord {
  ResultRow row;  ///< its sensor id points into the bytes
  Timestamp window_start{};
  Timestamp window_end{};
};
std::optional<AggRecord> deserialize_result(std::string_view bytes);

/// The length in front of a delimited message.
struct FrameLength {
  enum class Status : unsigned char {
    kOk,         ///< `length` bytes follow after `prefix` bytes
    kTorn,       ///< the bytes end inside the varint
    kMalformed,  ///< no varint, or longer than limits::kMessageBytes
  };
  Status status = Status::kTorn;
  std::size_t prefix = 0;
  std::size_t length = 0;
};
FrameLength read_frame_length(std::string_view bytes);

}  // namespace temblor
