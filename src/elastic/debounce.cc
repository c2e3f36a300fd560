#include "elastic/debounce.h"

namespace temblor::elastic {

Held held(std::span<const Sample> samples, const std::function<bool(const Sample&)>& condition) {
  Held result;
  for (auto sample = samples.rbegin(); sample != samples.rend() && condition(*sample); ++sample) {
    ++result.samples;
    result.span = samples.back().time - sample->time;
  }
  return result;
}

std::span<const Sample> recent(std::span<const Sample> samples, Timestamp now, Milliseconds gap) {
  if (samples.empty() || now - samples.back().time > gap) return {};
  std::size_t first = samples.size() - 1;
  while (first > 0 && samples[first].time - samples[first - 1].time <= gap) --first;
  return samples.subspan(first);
}

std::span<const Sample> newest_over(std::span<const Sample> samples, Milliseconds duration) {
  std::size_t first = samples.size();
  while (first > 0 &&
         (samples.size() - first < kLeastSamples || samples.back().time - samples[first].time < duration)) {
    --first;
  }
  return samples.subspan(first);
}

}  // namespace temblor::elastic
