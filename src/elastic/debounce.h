#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "elastic/sample.h"

namespace temblor::elastic {

/// A condition is acted upon only once that many samples …
inline constexpr std::size_t kLeastSamples = 3;

/// How long a condition has held.
struct Held {
  std::size_t samples = 0;  ///< counted back from the newest, how many meet it without one between that does not
  Milliseconds span{};      ///< from the first of these to the newest

  /// … meet it, over that much time.
  [[nodiscard]] bool for_at_least(Milliseconds duration) const { return samples >= kLeastSamples && span >= duration; }
};

Held held(std::span<const Sample> samples, const std::function<bool(const Sample&)>& condition);

/// The newest samples that belong together: from the newest back to the first gap over `gap`. None where even the
/// newest is older than that at `now`: what was so then says nothing of now.
std::span<const Sample> recent(std::span<const Sample> samples, Timestamp now, Milliseconds gap);

/// The newest samples that span at least `duration` and are at least kLeastSamples; all where there are no more.
std::span<const Sample> newest_over(std::span<const Sample> samples, Milliseconds duration);

}  // namespace temblor::elastic
