#include "elastic/rest_flink_jobs.h"

#include <algorithm>

namespace temblor::elastic {

Result<std::optional<FlinkJob>> RestFlinkJobs::job(const std::string& id) {
  TEMBLOR_ASSIGN(const std::optional<flink_rest::JobStatus> found, client_.find_job(id));
  if (!found) return std::nullopt;
  FlinkJob job{.state = found->state, .all_run = found->all_run(), .is_over = found->is_over()};
  for (const flink_rest::Vertex& vertex : found->vertices)
    job.parallelism = std::max(job.parallelism, vertex.parallelism);
  return job;
}

Result<void> RestFlinkJobs::stop(const StopRequest& request) {
  return request.cancel ? client_.cancel_with_savepoint(request.job, request.directory, request.trigger)
                        : client_.stop(request.job, request.directory, request.trigger);
}

Result<SavepointState> RestFlinkJobs::savepoint(const std::string& job, const std::string& trigger) {
  TEMBLOR_ASSIGN(const std::optional<flink_rest::SavepointStatus> found, client_.savepoint(job, trigger));
  using Progress = SavepointState::Progress;
  if (!found) return SavepointState{};
  if (!found->is_over) return SavepointState{.progress = Progress::kInProgress, .path = {}, .cause = {}};
  const bool failed = found->location.empty();
  return SavepointState{.progress = failed ? Progress::kFailed : Progress::kCompleted,
                        .path = found->location,
                        .cause = failed && found->failure.empty() ? "it failed" : found->failure};
}

Result<void> RestFlinkJobs::start(const StartRequest& request) {
  TEMBLOR_ASSIGN(const std::string jar, client_.upload_jar(files_, request.jar));
  const auto ran = client_.run_jar(jar, {.entry_class = request.main_class,
                                         .arguments = request.arguments,
                                         .job_id = request.job,
                                         .parallelism = request.parallelism,
                                         .savepoint = request.savepoint});
  static_cast<void>(client_.delete_jar(jar));  // left behind it is a few bytes on the JobManager's disk
  if (!ran) return tl::unexpected(ran.error());
  return {};
}

}  // namespace temblor::elastic
