#pragma once

#include <string>
#include <string_view>

#include "elastic/simulation/simulate.h"

namespace temblor::elastic {

/// A run as a picture in SVG, one file that needs no other: load and capacity, what waits, parallelism and TaskManagers
/// over the same time, with a mark for each action. `title` is written above it.
std::string sim_picture(const SimRun& run, std::string_view title);

}  // namespace temblor::elastic
