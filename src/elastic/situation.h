#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "elastic/conf.h"
#include "elastic/memory.h"
#include "elastic/sample.h"

namespace temblor::elastic {

/// The cluster at the moment of a decision.
struct Cluster {
  JobState job_state = JobState::kUnknown;
  std::int64_t parallelism = 0;      ///< of the job, also while it restarts; 0: no job
  std::int64_t max_parallelism = 0;  ///< the ceiling that its savepoints have; 0: not known
  std::int64_t task_managers = 0;
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;

  /// Slots that other jobs use.
  [[nodiscard]] std::int64_t others_slots() const {
    return std::max<std::int64_t>(0, slots - free_slots - parallelism);
  }
};

/// The cluster as it is seen.
Cluster cluster_of(const Observation& seen);

/// All that a decision is a function of.
struct Situation {
  Conf conf;
  std::vector<Sample> samples;  ///< unspent ones, the oldest first (History::read)
  Cluster cluster;
  Memory memory;
  Timestamp now{};
  std::chrono::minutes time_of_day{};  ///< now, since local midnight
  bool paused = false;
};

}  // namespace temblor::elastic
