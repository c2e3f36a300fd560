#pragma once

#include <span>

#include "elastic/situation.h"
#include "elastic/wishes.h"

namespace temblor::elastic {

/// POLICY=model: one step to the right size, of the samples that belong together (debounce.h).
///
/// Out: where for TRIGGER_DURATION the busiest vertex was over TARGET_UTILIZATION + UTILIZATION_BAND, or a backlog
/// waited that will not be gone within CATCH_UP_TIME, to the parallelism that the newest samples ask for (capacity.h).
/// In: where for SCALE_IN_WINDOW it was under TARGET_UTILIZATION - UTILIZATION_BAND and nothing waited, to the largest
/// parallelism that any stretch of that window asked for.
/// TaskManagers follow: as many as have the slots, and as many more as keep the CPU under CPU_LOAD_UPPER.
Wishes model_wishes(const Situation& situation, std::span<const Sample> samples);

}  // namespace temblor::elastic
