#pragma once

#include <cerrno>
#include <string>

#include "base/result.h"

namespace temblor {

/// A call to the operating system that failed: `what` and the system's words for `error` (an errno value), with a
/// remedy where one is known.
tl::unexpected<Error> system_error(std::string where, const std::string& what, int error = errno);

}  // namespace temblor
