#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace temblor::elastic {

/// What Flink says of one vertex of the job. Values that it does not (yet) give, and NaN, are absent.
struct VertexMetrics {
  std::string id;
  std::string name;
  bool is_source = false;
  std::int64_t parallelism = 0;
  std::int64_t max_parallelism = 0;     ///< 0: not known
  std::optional<double> records_in{};   ///< numRecordsIn, over all subtasks
  std::optional<double> records_out{};  ///< numRecordsOut, over all subtasks
  std::optional<double> busy{};         ///< of the busiest subtask, 0 … 1; legacy sources have none
  bool is_measured = false;             ///< Flink gives values of it, other than `busy`
  std::optional<double> pending{};      ///< pendingRecords over all subtasks: the source's lag, records
};

/// What Flink says of one TaskManager.
struct TaskManagerMetrics {
  std::string id;
  std::string host;                     ///< TaskManagers that share a host share its CPUs
  std::int64_t host_cpus = 1;           ///< hardware.cpuCores
  std::optional<double> cpu_time_ns{};  ///< Status.JVM.CPU.Time
  std::optional<double> cpu_load{};     ///< Status.JVM.CPU.Load: of all CPUs of the host, 0 … 1
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;
};

/// Whether the job works: kRestarting stands for every state from which it may come back by itself, and for RUNNING as
/// long as not all of its tasks do.
enum class JobState : std::uint8_t { kRunning, kRestarting, kEnded, kUnknown };

/// The cluster at one moment, as the REST API tells it.
struct Observation {
  Timestamp time{};
  std::string job_id{};  ///< empty: no job
  JobState job_state = JobState::kUnknown;
  std::int64_t parallelism = 0;  ///< of the job: the largest of its vertices; 0: no job
  std::vector<VertexMetrics> vertices{};
  std::vector<TaskManagerMetrics> task_managers{};
};

/// `running`, `restarting`, `ended`, `unknown`: as it stands in files.
std::string_view to_string(JobState state);
JobState job_state_from(std::string_view text);

}  // namespace temblor::elastic
