#pragma once

#include <string_view>

#include "base/result.h"

namespace temblor {

/// Sends the log to standard error, UTC, from `level` on: trace, debug, info, warn, error, off.
Result<void> set_up_log(std::string_view level);

}  // namespace temblor
