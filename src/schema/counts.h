#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "schema/rejection.h"

namespace temblor {

/// What happened to the readings of a job. `records_read` is the sum of the accepted, the dropped and the late.
struct Counts {
  std::uint64_t records_read = 0;
  std::uint64_t records_accepted = 0;                ///< went into a window
  std::array<std::uint64_t, kRejections> dropped{};  ///< by reason
  std::uint64_t late = 0;                            ///< their window had fired
  std::uint64_t windows_emitted = 0;
  std::uint64_t results_emitted = 0;
  std::uint64_t gaps = 0;  ///< places in the waveforms where samples are missing

  [[nodiscard]] std::uint64_t dropped_total() const {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
  }

  Counts& operator+=(const Counts& other) {
    records_read += other.records_read;
    records_accepted += other.records_accepted;
    for (std::size_t i = 0; i < kRejections; ++i) dropped[i] += other.dropped[i];
    late += other.late;
    windows_emitted += other.windows_emitted;
    results_emitted += other.results_emitted;
    gaps += other.gaps;
    return *this;
  }

  bool operator==(const Counts&) const = default;
};

}  // namespace temblor
