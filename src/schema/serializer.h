#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "schema/record.h"
#include "schema/window_result.h"

namespace temblor {

/// Appends `record` as a SeismicRecord, byte for byte as libprotobuf writes it (fields in order, zero values left out).
void serialize(const Record& record, std::string& out);

/// Appends one result as a SeismicAggRecord.
void serialize(const ResultRow& row, Timestamp window_start, Timestamp window_end, std::string& out);

/// A reading that did not make it into a window (proto/letter.proto). Views live as long as what they point to.
struct Letter {
  std::string_view split;
  std::int64_t offset = 0;
  std::int64_t end_offset = 0;
  std::string_view reason;
  std::int64_t time_ms = 0;
  std::string_view payload;
  std::int64_t count = 1;
  std::int64_t payload_bytes = 0;  ///< how many bytes came, where `payload` is cut; else 0
};

/// Leaves the first `most` bytes of the payload, where it has more, and notes how many came.
void cut_payload(Letter& letter, std::size_t most);

/// Appends one letter as a temblor.v1.Letter.
void serialize(const Letter& letter, std::string& out);

/// Appends `message` with its length as a varint before it: the standard delimited stream.
void append_delimited(std::string_view message, std::string& out);

/// Appends `value` as a base-128 varint.
void append_varint(std::uint64_t value, std::string& out);

}  // namespace temblor
