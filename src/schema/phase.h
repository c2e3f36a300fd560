#pragma once

#include <cstdint>
#include <string_view>

namespace temblor {

/// What a reading was picked as. The values are the places of the counters in an aggregate.
enum class Phase : std::uint8_t { kP = 0, kS = 1, kNoise = 2 };

/// `P`, `S` or `N`.
constexpr std::string_view to_string(Phase phase) {
  constexpr std::string_view kNames[] = {"P", "S", "N"};
  return kNames[static_cast<std::uint8_t>(phase)];
}

}  // namespace temblor
