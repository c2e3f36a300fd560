#pragma once

#include <string>

#include "elastic/conf.h"
#include "elastic/simulation/simulate.h"

namespace temblor::elastic {

/// A run as a table of at most 24 rows, and its sums under it.
std::string sim_table(const SimRun& run);

/// Every decision that acted, with the time since the beginning and its reason, a line for each action.
std::string sim_events(const SimRun& run, Language language);

/// `12:40:07`: a time since the beginning.
std::string sim_clock(Milliseconds at);

}  // namespace temblor::elastic
