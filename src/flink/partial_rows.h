#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "operators/combiner.h"

namespace temblor::flink {

/// Appends a partial as it leaves the native code for the JVM. All numbers little-endian:
///   8 window start, ms · 16 sum, narrow (units of 2^-64, two's complement) · 4 max · 4 min · 12 counts of P, S, N ·
///   1 length of the id · 1 length of the sum's wide part, 0 or 48 · the id · the wide part.
/// See ExactSum for the two parts of a sum.
void append_partial(const Partial& partial, std::string& out);

/// Reads one back from the front of `bytes` and takes it off; nothing where they do not hold a whole one. The id
/// points into `bytes`.
struct PartialRow {
  Timestamp window_start{};
  std::string_view sensor_id;
  Aggregate aggregate;
};
std::optional<PartialRow> take_partial(std::string_view& bytes);

}  // namespace temblor::flink
