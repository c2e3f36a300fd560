#include "connectors/miniseed/segment_clock.h"

#include <algorithm>

namespace temblor::miniseed {
namespace {

// Times in units of 1/numerator µs: 2^52 µs (year 2100) times 2^40 does not fit in 64 bits.
__extension__ using Wide = __int128;

constexpr Wide kMicros = 1'000'000;

// A sample's period in units of 1/numerator µs.
Wide period(SampleRate rate) { return static_cast<Wide>(rate.denominator) * kMicros; }

Wide units(std::int64_t us, SampleRate rate) { return static_cast<Wide>(us) * static_cast<Wide>(rate.numerator); }

Wide divide_down(Wide a, Wide b) { return a / b - (a % b < 0 ? 1 : 0); }

// How many samples, one each period from `start` on, lie before `due` less the tolerance of half a period.
std::size_t samples_before(Wide start, Wide due, Wide step, std::size_t at_most) {
  const Wide early = 2 * (due - start) - step;
  if (early <= 0) return 0;
  const Wide count = (early + 2 * step - 1) / (2 * step);
  return static_cast<std::size_t>(std::min<Wide>(count, static_cast<Wide>(at_most)));
}

}  // namespace

SegmentClock::SegmentClock(const State& state) : state_(state) {
  if (state_.running) wind();
}

SegmentClock::Entry SegmentClock::enter(std::int64_t start_us, SampleRate rate, std::size_t samples) {
  Entry entry;
  Wide skip_to = units(start_us, rate);
  if (state_.running) {
    const Wide step = period(state_.rate);
    const Wide due = units(state_.anchor_us, state_.rate) + static_cast<Wide>(state_.count) * step;
    const Wide late = units(start_us, state_.rate) - due;
    if (2 * late > step) {
      entry.gap_us = static_cast<std::int64_t>(late / static_cast<Wide>(state_.rate.numerator));
    } else if (state_.rate.tolerates(rate)) {
      entry.skip = samples_before(due + late, due, step, samples);
      return entry;
    }
    const auto due_us = static_cast<std::int64_t>(divide_down(due, static_cast<Wide>(state_.rate.numerator)));
    skip_to = units(due_us, rate);
  }
  entry.skip = samples_before(units(start_us, rate), skip_to, period(rate), samples);
  if (entry.skip == samples) return entry;
  entry.anew = true;
  state_ = {.running = true, .anchor_us = start_us, .count = entry.skip, .rate = rate};
  wind();
  return entry;
}

Timestamp SegmentClock::next() {
  const Timestamp time = timestamp_from_ms(ms_);
  ms_ += step_ms_;
  rest_ += step_rest_;
  const auto whole = static_cast<std::int64_t>(1000 * state_.rate.numerator);
  if (rest_ >= whole) {
    rest_ -= whole;
    ++ms_;
  }
  ++state_.count;
  return time;
}

void SegmentClock::wind() {
  const Wide step = period(state_.rate);
  const Wide whole = 1000 * static_cast<Wide>(state_.rate.numerator);
  const Wide now = units(state_.anchor_us, state_.rate) + static_cast<Wide>(state_.count) * step;
  ms_ = static_cast<std::int64_t>(divide_down(now, whole));
  rest_ = static_cast<std::int64_t>(now - static_cast<Wide>(ms_) * whole);
  step_ms_ = static_cast<std::int64_t>(step / whole);
  step_rest_ = static_cast<std::int64_t>(step % whole);
}

}  // namespace temblor::miniseed
