#pragma once

#include <cstdint>

#include "base/time.h"

namespace temblor {

/// When each record happens: evenly spaced, in whole milliseconds rounded down, so that times never decrease and
/// several records may share one. `per_second` is at least 1.
struct Schedule {
  Timestamp first{};
  std::uint64_t per_second = 1;

  /// The time of record `index` after that of the first one.
  [[nodiscard]] constexpr Milliseconds elapsed(std::uint64_t index) const {
    return Milliseconds(static_cast<std::int64_t>(index / per_second * 1000 + index % per_second * 1000 / per_second));
  }

  [[nodiscard]] constexpr Timestamp time_of(std::uint64_t index) const { return first + elapsed(index); }

  /// How many records have happened once `since_first` (≥ 0) has passed: all those whose elapsed() is not above it.
  [[nodiscard]] constexpr std::uint64_t due(Milliseconds since_first) const {
    const auto next = static_cast<std::uint64_t>(since_first.count()) + 1;
    return next / 1000 * per_second + (next % 1000 * per_second + 999) / 1000;
  }
};

}  // namespace temblor
