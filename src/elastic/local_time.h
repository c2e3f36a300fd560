#pragma once

#include <chrono>
#include <string>

#include "base/time.h"

namespace temblor::elastic {

/// `2025-11-30 12:00:00`, in the time of the place (TZ), as it stands in front of each line of the logs.
std::string local_time_text(Timestamp t);

/// What the clock on the wall says at `t`: since local midnight.
std::chrono::minutes local_time_of_day(Timestamp t);

}  // namespace temblor::elastic
