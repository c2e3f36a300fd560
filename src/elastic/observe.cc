#include "elastic/observe.h"

#include <fmt/format.h>

#include <algorithm>

namespace temblor::elastic {
namespace {

using flink_rest::JobEntry;
using flink_rest::JobStatus;
using flink_rest::SubtaskMetric;

constexpr const char* kBusy = "busyTimeMsPerSecond";
constexpr const char* kCpuTime = "Status.JVM.CPU.Time";
constexpr const char* kCpuLoad = "Status.JVM.CPU.Load";
constexpr double kMsPerSecond = 1000;

bool is_wanted(std::string_view name) {
  return name == "numRecordsIn" || name == "numRecordsOut" || name == kBusy ||
         (name.starts_with("Source__") && (name.ends_with(".numRecordsIn") || name.ends_with(".pendingRecords")));
}

VertexMetrics vertex_of(const flink_rest::Vertex& vertex, const std::map<std::string, SubtaskMetric>& metrics) {
  VertexMetrics seen{.id = vertex.id,
                     .name = vertex.name,
                     .is_source = vertex.name.starts_with("Source: "),
                     .parallelism = vertex.parallelism,
                     .max_parallelism = vertex.max_parallelism};
  for (const auto& [name, metric] : metrics) {
    seen.is_measured = seen.is_measured || (name != kBusy && metric.sum);
    if (name == "numRecordsOut") seen.records_out = metric.sum;
    if (name == kBusy && metric.max) seen.busy = std::clamp(*metric.max / kMsPerSecond, 0.0, 1.0);
    if (name.ends_with(".pendingRecords")) seen.pending = seen.pending.value_or(0) + metric.sum.value_or(0);
    // The task of a source takes in nothing; the source operator in it counts, where it is of the new kind.
    const bool counts = seen.is_source ? name.ends_with(".numRecordsIn") : name == "numRecordsIn";
    if (counts && metric.sum && (!seen.is_source || *metric.sum > 0)) seen.records_in = metric.sum;
  }
  return seen;
}

JobState state_of(const JobStatus& job) {
  if (job.all_run()) return JobState::kRunning;
  return job.is_over() ? JobState::kEnded : JobState::kRestarting;
}

}  // namespace

Result<FoundJob> find_job(flink_rest::Client& client, const Conf& conf) {
  TEMBLOR_ASSIGN(const std::vector<JobEntry> jobs, client.jobs());
  std::vector<std::string> running;
  for (const JobEntry& job : jobs) {
    if (flink_rest::is_over(job.state)) continue;
    if (job.id == conf.flink_job_id) return FoundJob{.id = job.id};
    if (job.name == conf.job_main_class) running.push_back(job.id);
  }
  if (running.size() == 1) return FoundJob{.id = running.front(), .was_searched = true};
  const std::string which = conf.flink_job_id.empty() ? "is not set" : conf.flink_job_id + " does not run";
  return world_error(
      "FLINK_JOB_ID",
      fmt::format("{}, and {} of the name {} run{}", which,
                  running.empty() ? "no jobs" : std::to_string(running.size()), conf.job_main_class,
                  running.empty() ? "" : ": " + fmt::format("{}", fmt::join(running, ", "))),
      running.empty() ? "submit the job, or set JOB_MAIN_CLASS to its name" : "write the id of one into the conf");
}

Result<Observation> observe(flink_rest::Client& client, flink_rest::Metrics& metrics, const std::string& job,
                            Timestamp now) {
  Observation seen{.time = now, .job_id = job};
  if (!job.empty()) {
    TEMBLOR_ASSIGN(const std::optional<JobStatus> status, client.find_job(job));
    if (status) {
      seen.job_state = state_of(*status);
      for (const flink_rest::Vertex& vertex : status->vertices) {
        TEMBLOR_ASSIGN(const auto figures, metrics.of_vertex(job, vertex.id, is_wanted));
        seen.vertices.push_back(vertex_of(vertex, figures));
        seen.parallelism = std::max(seen.parallelism, seen.vertices.back().parallelism);
      }
    }
  }
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> task_managers, client.task_managers());
  for (const flink_rest::TaskManager& each : task_managers) {
    TEMBLOR_ASSIGN(const auto figures, metrics.of_task_manager(each.id, {kCpuLoad, kCpuTime}));
    TaskManagerMetrics one{.id = each.id,
                           .host = each.host,
                           .host_cpus = std::max<std::int64_t>(1, each.cpus),
                           .slots = each.slots,
                           .free_slots = each.free_slots};
    if (const auto time = figures.find(kCpuTime); time != figures.end()) one.cpu_time_ns = time->second;
    if (const auto load = figures.find(kCpuLoad); load != figures.end() && load->second >= 0)
      one.cpu_load = load->second;
    seen.task_managers.push_back(std::move(one));
  }
  return seen;
}

}  // namespace temblor::elastic
