#pragma once

#include <string_view>

#include "base/environment.h"
#include "base/result.h"

namespace temblor {

/// Writes `text` to standard output; returns the exit code.
int print(const Environment& environment, std::string_view text);

/// Writes `error` to standard error as one line; returns the exit code that goes with it: 2 for the user's mistakes,
/// else 1.
int report(const Error& error);

}  // namespace temblor
