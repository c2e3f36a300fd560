#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace temblor {

/// A span of time. Where a bare number must be used, the unit stands last in its name (`latency_ms`).
using Milliseconds = std::chrono::milliseconds;

/// A moment: milliseconds since the Unix epoch, UTC, without leap seconds, as in the messages.
/// Arithmetic is safe inside kEarliest … kLatest; the cleaner lets nothing else through.
using Timestamp = std::chrono::sys_time<Milliseconds>;

constexpr Timestamp timestamp_from_ms(std::int64_t ms) { return Timestamp(Milliseconds(ms)); }
constexpr std::int64_t to_ms(Timestamp t) { return t.time_since_epoch().count(); }

/// 0001-01-01 and the end of 9999: what a dated folder name can show. Readings outside are dropped as `timestamp`.
inline constexpr Timestamp kEarliest = timestamp_from_ms(-62135596800000);
inline constexpr Timestamp kLatest = timestamp_from_ms(253402300799999);

/// Before every reading: the watermark of a split that has not delivered any.
inline constexpr Timestamp kBeforeAll = Timestamp::min();
/// After every reading: the watermark of a split that has ended.
inline constexpr Timestamp kAfterAll = Timestamp::max();

/// `t` as `2010-05-27T16:24:33.210Z`; plain milliseconds where `t` lies outside kEarliest … kLatest.
std::string to_iso8601(Timestamp t);

/// Reads `2010-05-27T16:24:33.210Z`, `2010-05-27 16:24:33`, `2010-05-27` (all UTC), or milliseconds since the epoch.
Result<Timestamp> parse_timestamp(std::string_view text);

/// Reads `250ms`, `1s`, `1.5s`, `2m`, `1h`, `1d`; a unit is needed, negative durations are refused.
/// A duration that is no whole number of milliseconds is refused.
Result<Milliseconds> parse_duration(std::string_view text);

/// `d` as parse_duration reads it, with the largest unit that fits: `1500ms`, `1s`, `2m`.
std::string to_string(Milliseconds d);

}  // namespace temblor
