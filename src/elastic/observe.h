#pragma once

#include <string>

#include "base/result.h"
#include "elastic/conf.h"
#include "elastic/observation.h"
#include "flink_rest/client.h"
#include "flink_rest/metrics.h"

namespace temblor::elastic {

/// Which job is meant.
struct FoundJob {
  std::string id;
  bool was_searched = false;  ///< it is not the one that the conf names
};

/// The job of FLINK_JOB_ID; where that is not set, not known or over, the only one that runs under the name of
/// JOB_MAIN_CLASS. None of that name, or several, is an error that says what to do.
Result<FoundJob> find_job(flink_rest::Client& client, const Conf& conf);

/// Looks at the cluster and at one job, which may be empty: then at the cluster alone. What Flink does not (yet)
/// measure is absent. Errors are the world's.
Result<Observation> observe(flink_rest::Client& client, flink_rest::Metrics& metrics, const std::string& job,
                            Timestamp now);

}  // namespace temblor::elastic
