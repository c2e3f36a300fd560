#pragma once

#include "base/time.h"

namespace temblor {

/// The longest window.
inline constexpr Milliseconds kLongestWindow = std::chrono::hours(24);

/// The longest of the other durations that a job is told, such as how far out of order readings come. None need be
/// longer, and sums of some of them must stay far from the ends of int64.
inline constexpr Milliseconds kLongestDuration = std::chrono::hours(24 * 365);

}  // namespace temblor
