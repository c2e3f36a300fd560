#pragma once

#include <array>
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

/// The phase that a letter stands for, or kNoPhase.
inline constexpr std::uint8_t kNoPhase = 3;
inline constexpr auto kPhaseCodes = [] {
  std::array<std::uint8_t, 256> codes{};
  codes.fill(kNoPhase);
  codes['P'] = static_cast<std::uint8_t>(Phase::kP);
  codes['S'] = static_cast<std::uint8_t>(Phase::kS);
  codes['N'] = static_cast<std::uint8_t>(Phase::kNoise);
  return codes;
}();
constexpr std::uint8_t phase_code(char letter) { return kPhaseCodes[static_cast<std::uint8_t>(letter)]; }

}  // namespace temblor
