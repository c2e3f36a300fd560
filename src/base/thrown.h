#pragma once

#include "base/result.h"

namespace temblor {

/// What is being caught, as an error: memory that is used up is the world's, everything else a bug. Called in a catch
/// block, at the end of a thread; elsewhere nothing of ours catches, because nothing of ours throws.
Error thrown_error();

}  // namespace temblor
