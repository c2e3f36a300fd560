#pragma once

#include <chrono>
#include <string>

#include "base/time.h"

namespace temblor::elastic {

/// A moment as people here say it, by the time zone of the process (TZ): `2025-11-30 12:00:00`.
std::string local_time(Timestamp time);

/// How long ago the local day began; what EXCLUDE_WINDOWS are asked.
std::chrono::minutes local_time_of_day(Timestamp time);

}  // namespace temblor::elastic
