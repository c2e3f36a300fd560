#pragma once

#include "elastic/situation.h"
#include "elastic/wishes.h"

namespace temblor::elastic {

/// What remains of the wishes of a policy, as actions in the order in which they are to be taken: TaskManagers before
/// the parallelism that needs their slots, growing before shrinking, the parallelism before the TaskManager whose slots
/// it gives free. Adds to the findings what stands in the way of the rest: MIN and MAX, slots, the job's state, a
/// backlog, cooldowns, windows in which nothing is rescaled. Replacing TaskManagers that died knows no cooldown and no
/// window.
std::vector<Action> actions_for(const Situation& situation, const Wishes& wishes, std::vector<Finding>& findings);

}  // namespace temblor::elastic
