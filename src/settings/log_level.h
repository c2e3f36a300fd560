#pragma once

#include <spdlog/common.h>

#include <string_view>

#include "base/result.h"

namespace temblor {

/// Reads trace, debug, info, warn, error or off; an error's `where` is the text, quoted.
Result<spdlog::level::level_enum> parse_log_level(std::string_view text);

}  // namespace temblor
