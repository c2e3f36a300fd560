#pragma once

#include "elastic/decision.h"
#include "elastic/situation.h"

namespace temblor::elastic {

/// What is to be done, and why: a pure function. The policy of the conf says what it would like (threshold_policy.h,
/// model_policy.h), what limits it is asked next (bounds.h). Needs at least three samples that belong together.
Decision decide(const Situation& situation);

/// Records/s that the job can work through as it is, for `remember`; 0 where that is not known.
double capacity_in(const Situation& situation);

}  // namespace temblor::elastic
