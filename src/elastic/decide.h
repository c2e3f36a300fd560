#pragma once

#include "elastic/decision.h"
#include "elastic/situation.h"

namespace temblor::elastic {

/// What is to be done, and why: a pure function. The policy of the conf says what it would like (threshold_policy.h,
/// model_policy.h), what limits it is asked next (bounds.h). Needs at least three samples that belong together.
Decision decide(const Situation& situation);

/// Records/s that the job can work through as it is, for `remember`; 0 where that is not known.
double capacity_in(const Situation& situation);

/// Whether it was taken on enough samples, and leaves nothing to be done, nor to be done later: what failed before has
/// come about, or is not wanted any more.
bool is_settled(const Decision& decision);

}  // namespace temblor::elastic
