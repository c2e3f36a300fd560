#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "elastic/counter.h"
#include "elastic/observation.h"

namespace temblor::elastic {

/// One vertex of the job in a sample.
struct VertexSample {
  std::string name;
  bool is_source = false;
  std::int64_t parallelism = 0;
  Counter
      records{};  ///< of a source those it takes in where it counts them, else those it sends on; of others those in
  std::optional<double> busy{};  ///< of the busiest subtask, 0 … 1
};

/// What a sample knows beyond its line in the history: what a model decides by, and what the next sample starts from.
struct Detail {
  std::string job_id{};
  JobState job_state = JobState::kUnknown;
  bool began_again = false;  ///< a counter of the job began from zero, so it was restarted since the sample before
  Timestamp began{};         ///< when the job was first seen since it was started or restarted last
  std::int64_t parallelism = 0;
  std::int64_t task_managers = 0;
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;
  std::optional<double> pending{};                 ///< the sources' lag, records; absent where no source reports it
  double records = 0;                              ///< what the sources have read in all, across restarts
  std::map<std::string, VertexSample> vertices{};  ///< by id
  std::map<std::string, Counter> cpu_time{};       ///< by TaskManager, nanoseconds
};

/// What was measured at one moment.
struct Sample {
  Timestamp time{};
  double throughput = 0;           ///< records/s of the job's sources
  double cpu = 0;                  ///< mean load of the TaskManagers, 0 … 1
  std::optional<Detail> detail{};  ///< absent where only the history's line is left, or a person wrote it
};

}  // namespace temblor::elastic
