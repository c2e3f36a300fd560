#pragma once

#include <chrono>

#include "base/time.h"

namespace temblor::elastic {

/// A duration as people and rates want it.
inline double seconds(Milliseconds span) { return std::chrono::duration<double>(span).count(); }

}  // namespace temblor::elastic
