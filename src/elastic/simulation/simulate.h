#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "elastic/conf.h"
#include "elastic/decision_log.h"
#include "elastic/simulation/load_trace.h"
#include "elastic/simulation/sim_cluster.h"

namespace temblor::elastic {

/// Some seconds of a simulation, told by one row or one point of a picture.
struct SimPoint {
  Milliseconds at{};  ///< since the beginning, where it begins
  double load = 0;    ///< records/s that arrived, on the average; so the next two
  double processed = 0;
  double capacity = 0;
  double backlog = 0;            ///< the most that waited, records
  std::int64_t parallelism = 0;  ///< at its end; so the next
  std::int64_t task_managers = 0;
};

/// What came of a simulation.
struct SimRun {
  std::vector<SimPoint> points;
  Milliseconds length{};
  std::vector<DecisionRecord>
      events;                 ///< decisions with actions; their time counts from 1970, as the clock began there
  double arrived = 0;         ///< records
  double processed = 0;       ///< records
  double most_backlog = 0;    ///< records
  Milliseconds down{};        ///< the job did not work
  Milliseconds behind{};      ///< more than BACKLOG_TOLERANCE waited
  double slot_hours = 0;      ///< of all TaskManagers
  std::size_t reversals = 0;  ///< actions that took back, within ten minutes, what the one before of their kind did
};

/// Something that happens to the cluster at a time of the simulation.
struct SimIncident {
  Milliseconds at{};
  std::function<void(SimCluster&)> happens;
};

/// Runs the collector's arithmetic and the decider of `conf` on a simulated cluster under a load, on a clock of its own
/// that begins in 1970: nothing is waited for, read or written. `points` is how many the run is told by. The same
/// arguments give the same run.
SimRun simulate(const Conf& conf, const SimSettings& settings, const LoadTrace& load, Milliseconds duration,
                std::size_t points = 480, const std::vector<SimIncident>& incidents = {});

}  // namespace temblor::elastic
