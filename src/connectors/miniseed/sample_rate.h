#pragma once

#include <cmath>
#include <cstdint>

namespace temblor::miniseed {

/// A sample rate as the exact ratio that a header states: numerator / denominator samples in a second.
/// Exact, because times are carried forward over days of samples.
struct SampleRate {
  std::uint64_t numerator = 1;    ///< 1 … 2^40
  std::uint64_t denominator = 1;  ///< 1 … 2^40

  [[nodiscard]] double hz() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }

  /// Whether two headers mean the same rate: some recorders write a rate that they measured, a little different in
  /// each record. The tolerance is libmseed's (MS_ISRATETOLERABLE).
  [[nodiscard]] bool tolerates(const SampleRate& other) const {
    constexpr double kTolerance = 1e-4;
    return std::abs(1.0 - other.hz() / hz()) < kTolerance;
  }

  bool operator==(const SampleRate&) const = default;
};

/// The slowest and fastest rate that is believed, Hz: a sample in 9 hours, and what no seismometer reaches.
inline constexpr double kSlowestHz = 1.0 / 32768;
inline constexpr double kFastestHz = 1e6;

}  // namespace temblor::miniseed
