#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"

namespace temblor {

/// `temblor flink submit`: brings the job to a cluster and watches it; `arguments` are what stands behind the form's
/// name. Returns the exit code: 0 also where somebody no longer wants to watch. Errors: what is written wrongly is the
/// user's; a cluster that does not answer and a job that fails are the world's.
Result<int> flink_submit(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace temblor
