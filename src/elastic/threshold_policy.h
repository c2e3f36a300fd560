#pragma once

#include <span>

#include "elastic/situation.h"
#include "elastic/wishes.h"

namespace temblor::elastic {

/// POLICY=threshold, the documented rules, of the samples that belong together (debounce.h). Throughput and CPU are
/// judged each for itself: over THROUGHPUT_UPPER for TRIGGER_DURATION the parallelism is to grow by 2, under
/// THROUGHPUT_LOWER to shrink by 1; over CPU_LOAD_UPPER one TaskManager more, under CPU_LOAD_LOWER one fewer.
Wishes threshold_wishes(const Situation& situation, std::span<const Sample> samples);

}  // namespace temblor::elastic
