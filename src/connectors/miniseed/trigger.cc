#include "connectors/miniseed/trigger.h"

#include <algorithm>
#include <cmath>

namespace temblor::miniseed {
namespace {

std::uint64_t samples_in(Milliseconds span, SampleRate rate) {
  return static_cast<std::uint64_t>(std::max(1.0, std::round(static_cast<double>(span.count()) / 1000 * rate.hz())));
}

}  // namespace

void Trigger::resume(SampleRate rate, const State& state) {
  sta_samples_ = samples_in(settings_.sta, rate);
  lta_samples_ = samples_in(settings_.lta, rate);
  p_samples_ = samples_in(settings_.p, rate);
  state_ = state;
}

Phase Trigger::hear(double sample) {
  State& s = state_;
  // Beyond float nothing is a count, and its square would stay in the averages for good.
  if (std::isfinite(static_cast<float>(sample))) {
    const double difference = s.heard == 0 ? 0 : sample - s.previous;
    const double energy = difference * difference;
    s.previous = sample;
    ++s.heard;
    s.sta += (energy - s.sta) / static_cast<double>(std::min(s.heard, sta_samples_));
    s.lta += (energy - s.lta) / static_cast<double>(std::min(s.heard, lta_samples_));
    const double ratio = s.lta > 0 ? s.sta / s.lta : 0;
    if (s.on) {
      ++s.since_onset;
      s.on = ratio >= settings_.off;
    } else if (s.heard > lta_samples_ && ratio >= settings_.on) {
      s.on = true;
      s.since_onset = 0;
    }
  }
  if (!s.on) return Phase::kNoise;
  return s.since_onset < p_samples_ ? Phase::kP : Phase::kS;
}

}  // namespace temblor::miniseed
