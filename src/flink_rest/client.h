#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "flink_rest/http.h"

namespace temblor::flink_rest {

/// What a cluster has.
struct Overview {
  std::string version;  ///< of Flink: "1.17.2"
  std::uint32_t slots = 0;
  std::uint32_t free_slots = 0;
};

/// What is to be run of a jar.
struct RunRequest {
  std::string entry_class;
  std::vector<std::string> arguments;
  std::string job_id;  ///< chosen by who asks, so that asking twice does not run it twice: 32 hexadecimal digits
  std::optional<std::uint32_t> parallelism{};          ///< else Flink's own default
  std::string savepoint{};                             ///< to go on from; empty: none
  std::map<std::string, std::string> configuration{};  ///< of Flink, for this job
};

/// One vertex of a job: operators that run in the same tasks.
struct Vertex {
  std::string id;
  std::string name;
  std::uint32_t parallelism = 0;
  std::uint32_t running = 0;          ///< tasks of it that run
  std::uint32_t finished = 0;         ///< and that are done
  std::uint32_t max_parallelism = 0;  ///< the ceiling that its state has; 0: not known
};

/// Whether nothing more will become of a job in this state, which is Flink's word.
inline bool is_over(std::string_view state) { return state == "FINISHED" || state == "FAILED" || state == "CANCELED"; }

/// How a job is.
struct JobStatus {
  std::string id;
  std::string name;
  std::string state;  ///< Flink's word: CREATED, RUNNING, FAILING, FAILED, CANCELED, FINISHED, RESTARTING, …
  std::vector<Vertex> vertices;

  /// Whether nothing more will become of it.
  [[nodiscard]] bool is_over() const { return flink_rest::is_over(state); }
  /// Whether all its tasks run: Flink calls a job RUNNING while they are still on their way.
  [[nodiscard]] bool all_run() const;
};

/// A line of the list of jobs, the finished ones among them.
struct JobEntry {
  std::string id;
  std::string name;
  std::string state;
};

/// A TaskManager that is registered.
struct TaskManager {
  std::string id;          ///< its taskmanager.resource-id
  std::string host;        ///< as it calls itself (taskmanager.host), a name or an address
  std::uint32_t port = 0;  ///< of its RPC there
  std::uint32_t cpus = 1;  ///< of its host
  std::uint32_t slots = 0;
  std::uint32_t free_slots = 0;
};

/// How it stands with a savepoint.
struct SavepointStatus {
  bool is_over = false;
  std::string location;  ///< where it lies; empty where it failed
  std::string failure;   ///< why it failed, one line
};

/// How a job has ended.
struct JobEnd {
  Milliseconds ago{};     ///< by the JobManager's clock
  std::string savepoint;  ///< where the one lies with which it ended: nothing came after it; empty where there is none
};

/// How far the sources of a job are. Flink's metrics are some seconds old, and none in the first ones.
struct SourceFigures {
  std::uint64_t records = 0;  ///< messages that were read since the job began or began anew
  std::uint64_t lag = 0;      ///< messages that wait at the brokers
};

/// Flink's REST API, as far as it is used here (1.17, docs/ops/rest_api). Errors are those of Http; an answer that has
/// not the form it should have is one as well. One thread at a time.
class Client {
 public:
  explicit Client(Http http) : http_(std::move(http)) {}

  Result<Overview> overview();
  /// Takes the jar to the JobManager; its id there.
  Result<std::string> upload_jar(FileSystem& files, const std::string& path);
  /// Runs it; the id of the job, which begins in the background.
  Result<std::string> run_jar(const std::string& jar, const RunRequest& request);
  /// Forgets the jar; jobs that were begun with it go on.
  Result<void> delete_jar(const std::string& jar) { return http_.remove("/jars/" + jar); }
  Result<JobStatus> job(const std::string& id);
  /// The same, and nothing where Flink does not know the job.
  Result<std::optional<JobStatus>> find_job(const std::string& id);
  Result<std::vector<JobEntry>> jobs();
  /// Why a job has failed, in one line; empty where Flink knows of nothing.
  Result<std::string> failure(const std::string& id);
  /// Nothing where Flink does not know the job, or it is not over.
  Result<std::optional<JobEnd>> end_of(const std::string& job);
  Result<void> cancel(const std::string& job) { return http_.patch("/jobs/" + job + "?mode=cancel"); }

  /// Begins to stop a job with a savepoint below `directory`. `trigger`, 32 hexadecimal digits, is what it is known by
  /// from then on; a second call with the same one begins nothing.
  Result<void> stop(const std::string& job, const std::string& directory, const std::string& trigger);
  /// The same by a savepoint and a cancellation in one: for jobs whose sources cannot be stopped.
  Result<void> cancel_with_savepoint(const std::string& job, const std::string& directory, const std::string& trigger);
  /// Nothing where Flink does not know of it.
  Result<std::optional<SavepointStatus>> savepoint(const std::string& job, const std::string& trigger);

  Result<std::vector<TaskManager>> task_managers();
  /// Ids of those on which a job has tasks, some of them more than once; none where Flink does not know the job. Whose
  /// the slots of a TaskManager are it does not tell: 1.17.2 leaves its `allocatedSlots` empty.
  Result<std::vector<std::string>> task_managers_of(const std::string& job);

  /// Nothing where there are no figures yet.
  Result<std::optional<SourceFigures>> source_figures(const JobStatus& job);

  /// Whether what the last call asked for may come about though it failed (Http::may_come_through).
  [[nodiscard]] bool may_come_through() const { return http_.may_come_through(); }
  [[nodiscard]] const std::string& address() const { return http_.address(); }

 private:
  Http http_;
};

}  // namespace temblor::flink_rest
