#pragma once

namespace temblor {

/// Which amplitudes are plausible. Bounds are part of the range; NaN and infinity are outside any range.
struct AmplitudeRange {
  float min = 0;
  float max = 0;
  bool operator==(const AmplitudeRange&) const = default;
};

/// The generator's scale.
inline constexpr AmplitudeRange kRecordAmplitudes{-10.0F, 10.0F};
/// Every finite float.
inline constexpr AmplitudeRange kAnyAmplitude{-3.402823466e+38F, 3.402823466e+38F};

}  // namespace temblor
