#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// A job as the JobManager sees it.
struct FlinkJob {
  std::string name;
  std::string state;  ///< Flink's word: RUNNING, RESTARTING, FAILED, …
  std::uint32_t parallelism = 0;
  bool all_run = false;  ///< each of its tasks runs: Flink says RUNNING long before
  bool is_over = false;  ///< FINISHED, FAILED or CANCELED: nothing more will become of it
};

/// How it stands with a savepoint that was asked for.
struct SavepointState {
  enum class Progress : std::uint8_t {
    kUnknown,     ///< nobody has asked for it, or the JobManager has been another since
    kInProgress,  ///<
    kCompleted,   ///< it lies at `path`
    kFailed,      ///< for the reason `cause`
  };
  Progress progress = Progress::kUnknown;
  std::string path;
  std::string cause;  ///< one line
};

/// How a job has ended.
struct JobEnd {
  Milliseconds ago{};     ///< by the JobManager's clock
  std::string savepoint;  ///< where the one lies with which it ended: nothing came after it; empty where there is none
};

/// How a job is to be ended with a savepoint.
struct StopRequest {
  std::string job;
  std::string trigger;    ///< chosen by who asks: asking again with the same one asks for the same savepoint
  std::string directory;  ///< the savepoint is made in
  /// Savepoint and cancel in one call instead of a stop, which a source of the old kind takes for a failure.
  bool cancel = false;
};

/// How a job is to be started.
struct StartRequest {
  std::string job;        ///< its id, chosen by who asks: a second start with the same one is refused, not doubled
  std::string savepoint;  ///< that it goes on from
  std::uint32_t parallelism = 0;
  std::string jar;  ///< a path on this host
  std::string main_class;
  std::vector<std::string> arguments;
};

/// What was answered to a request that is to begin something.
struct Reply {
  bool accepted = true;
  std::string cause{};  ///< why it is refused, one line: nothing will come of it
};

/// What changing a job's parallelism asks of a cluster. Each call is one request, waits for its answer and changes
/// nothing where it was asked before. Errors are the world's: the JobManager cannot be reached, or refuses. An error of
/// a call that gives a Reply says that there was no answer: the request may come through all the same, and later. One
/// thread at a time.
class FlinkJobs {
 public:
  virtual ~FlinkJobs() = default;

  /// Nothing where the cluster does not know the job.
  virtual Result<std::optional<FlinkJob>> job(const std::string& id) = 0;
  /// Ids of the jobs of this name that are not over.
  virtual Result<std::vector<std::string>> running(const std::string& name) = 0;
  /// Begins to end a job with a savepoint.
  virtual Result<Reply> stop(const StopRequest& request) = 0;
  virtual Result<SavepointState> savepoint(const std::string& job, const std::string& trigger) = 0;
  /// Begins a job; whether its tasks come to run is seen by job().
  virtual Result<Reply> start(const StartRequest& request) = 0;
  /// Begins to cancel a job.
  virtual Result<void> cancel(const std::string& id) = 0;
  /// Nothing where the cluster does not know the job, or it is not over.
  virtual Result<std::optional<JobEnd>> end_of(const std::string& id) = 0;
  /// Why a job has failed, one line; empty where nothing is known.
  virtual Result<std::string> failure(const std::string& id) = 0;
};

}  // namespace temblor::elastic
