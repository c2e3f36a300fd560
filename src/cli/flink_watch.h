#pragma once

#include <atomic>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "flink_rest/client.h"

namespace temblor {

/// How long a job is watched.
enum class Watch : std::uint8_t {
  kUntilItRuns,  ///< all its tasks
  kUntilItIsOver,
};

/// Follows a job until then, or until `stop`, which leaves the job as it is: says in the log what becomes of it, and on
/// a terminal how far it is. A job that failed or was canceled is an error; a JobManager that does not answer is one
/// after half a minute. Blocks.
Result<void> watch_job(flink_rest::Client& client, const std::string& id, Watch watch, const Environment& environment,
                       const std::atomic<bool>& stop);

}  // namespace temblor
