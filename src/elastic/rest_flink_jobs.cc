#include "elastic/rest_flink_jobs.h"

#include <algorithm>

namespace temblor::elastic {
namespace {

template <class Value>
Result<Reply> reply_to(const Result<Value>& asked, bool may_come_through) {
  if (asked) return Reply{};
  if (may_come_through) return tl::unexpected(asked.error());
  return Reply{.accepted = false, .cause = asked.error().to_line()};
}

}  // namespace

Result<std::optional<FlinkJob>> RestFlinkJobs::job(const std::string& id) {
  TEMBLOR_ASSIGN(const std::optional<flink_rest::JobStatus> found, client_.find_job(id));
  if (!found) return std::nullopt;
  FlinkJob job{.name = found->name, .state = found->state, .all_run = found->all_run(), .is_over = found->is_over()};
  for (const flink_rest::Vertex& vertex : found->vertices)
    job.parallelism = std::max(job.parallelism, vertex.parallelism);
  return job;
}

Result<std::vector<std::string>> RestFlinkJobs::running(const std::string& name) {
  TEMBLOR_ASSIGN(const std::vector<flink_rest::JobEntry> all, client_.jobs());
  std::vector<std::string> ids;
  for (const flink_rest::JobEntry& job : all) {
    if (job.name == name && !flink_rest::is_over(job.state)) ids.push_back(job.id);
  }
  return ids;
}

Result<Reply> RestFlinkJobs::stop(const StopRequest& request) {
  const auto asked = request.cancel ? patient_.cancel_with_savepoint(request.job, request.directory, request.trigger)
                                    : patient_.stop(request.job, request.directory, request.trigger);
  return reply_to(asked, patient_.may_come_through());
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

Result<std::optional<JobEnd>> RestFlinkJobs::end_of(const std::string& id) {
  TEMBLOR_ASSIGN(const std::optional<flink_rest::JobEnd> end, client_.end_of(id));
  return end ? std::optional(JobEnd{.ago = end->ago, .savepoint = end->savepoint}) : std::nullopt;
}

Result<Reply> RestFlinkJobs::start(const StartRequest& request) {
  // As long as the jar is not there, nothing can begin.
  const auto jar = patient_.upload_jar(files_, request.jar);
  if (!jar) return Reply{.accepted = false, .cause = jar.error().to_line()};
  const auto ran = patient_.run_jar(*jar, {.entry_class = request.main_class,
                                           .arguments = request.arguments,
                                           .job_id = request.job,
                                           .parallelism = request.parallelism,
                                           .savepoint = request.savepoint});
  auto reply = reply_to(ran, patient_.may_come_through());
  static_cast<void>(client_.delete_jar(*jar));  // left behind it is a few bytes on the JobManager's disk
  return reply;
}

}  // namespace temblor::elastic
