#include "elastic/situation.h"

namespace temblor::elastic {

Cluster cluster_of(const Observation& seen) {
  Cluster cluster;
  cluster.job_state = seen.job_state;
  cluster.parallelism = seen.job_state == JobState::kEnded ? 0 : seen.parallelism;
  cluster.task_managers = static_cast<std::int64_t>(seen.task_managers.size());
  for (const TaskManagerMetrics& tm : seen.task_managers) {
    cluster.slots += tm.slots;
    cluster.free_slots += tm.free_slots;
  }
  return cluster;
}

}  // namespace temblor::elastic
