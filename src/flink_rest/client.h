#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
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
  std::uint32_t running = 0;   ///< tasks of it that run
  std::uint32_t finished = 0;  ///< and that are done
};

/// How a job is.
struct JobStatus {
  std::string id;
  std::string state;  ///< Flink's word: CREATED, RUNNING, FAILING, FAILED, CANCELED, FINISHED, RESTARTING, …
  std::vector<Vertex> vertices;

  /// Whether nothing more will become of it.
  [[nodiscard]] bool is_over() const { return state == "FINISHED" || state == "FAILED" || state == "CANCELED"; }
  /// Whether all its tasks run: Flink calls a job RUNNING while they are still on their way.
  [[nodiscard]] bool all_run() const;
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
  /// Why a job has failed, in one line; empty where Flink knows of nothing.
  Result<std::string> failure(const std::string& id);
  /// Nothing where there are no figures yet.
  Result<std::optional<SourceFigures>> source_figures(const JobStatus& job);

  [[nodiscard]] const std::string& address() const { return http_.address(); }

 private:
  Http http_;
};

}  // namespace temblor::flink_rest
