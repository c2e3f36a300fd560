#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "connectors/miniseed/sample_rate.h"

namespace temblor::miniseed {

/// Tells the time of each sample of a channel.
///
/// Headers of many recorders are rounded to 0.1 ms: taking each record's start on its own would push samples over
/// second edges. So time is anchored once at the start of a continuous segment and carried forward from there,
/// anchor + n / rate in integers, and anchored anew only where a record begins more than half a sample late. A sample
/// that begins no later than half a sample after the last one has been delivered already.
class SegmentClock {
 public:
  /// Everything it remembers.
  struct State {
    bool running = false;        ///< a segment has begun
    std::int64_t anchor_us = 0;  ///< time of the segment's first sample
    std::uint64_t count = 0;     ///< samples of the segment so far
    SampleRate rate;
  };

  /// What a record means for the segment.
  struct Entry {
    std::size_t skip = 0;     ///< leading samples that were delivered already; the clock stands behind them
    bool anew = false;        ///< a new segment begins: at a gap, at another rate, or the first one
    std::int64_t gap_us = 0;  ///< how much is missing before it, 0 where nothing is
  };

  SegmentClock() = default;
  explicit SegmentClock(const State& state);

  /// Takes in the header of the next record. Where all of its samples are to be skipped nothing changes.
  Entry enter(std::int64_t start_us, SampleRate rate, std::size_t samples);

  /// The time of the next sample, rounded down to whole milliseconds; moves on to the one after it.
  Timestamp next();

  [[nodiscard]] const State& state() const { return state_; }

 private:
  void wind();

  State state_;
  // The next sample, and the step from one to the next, in ms and units of 1/rate.numerator µs.
  std::int64_t ms_ = 0;
  std::int64_t rest_ = 0;
  std::int64_t step_ms_ = 0;
  std::int64_t step_rest_ = 0;
};

}  // namespace temblor::miniseed
