#include "elastic/situation.h"

namespace temblor::elastic {
namespace {

/// The least maximum of the vertices that take the job's parallelism. One whose maximum is below that cannot: its
/// program gives it a parallelism of its own. Neither does one whose maximum is 1, whatever the job's is by now:
/// windows without a key, and sinks that write in one place.
std::int64_t ceiling_of(const Observation& seen) {
  std::int64_t ceiling = 0;
  for (const VertexMetrics& vertex : seen.vertices) {
    if (vertex.max_parallelism < std::max<std::int64_t>(2, seen.parallelism)) continue;
    ceiling = ceiling == 0 ? vertex.max_parallelism : std::min(ceiling, vertex.max_parallelism);
  }
  return ceiling;
}

}  // namespace

Cluster cluster_of(const Observation& seen) {
  Cluster cluster;
  cluster.job_state = seen.job_state;
  cluster.parallelism = seen.job_state == JobState::kEnded ? 0 : seen.parallelism;
  cluster.max_parallelism = ceiling_of(seen);
  cluster.task_managers = static_cast<std::int64_t>(seen.task_managers.size());
  for (const TaskManagerMetrics& tm : seen.task_managers) {
    cluster.slots += tm.slots;
    cluster.free_slots += tm.free_slots;
  }
  return cluster;
}

}  // namespace temblor::elastic
