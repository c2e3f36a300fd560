#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// Where a rescale stands.
enum class RescaleStep : std::uint8_t {
  kStopping,   ///< the old job is being ended with a savepoint
  kEndingTm,   ///< a TaskManager that was in its way is being ended
  kStarting,   ///< the new job is being started from the savepoint
  kGoingBack,  ///< the new job did not come to run: the old parallelism is being started from the same savepoint
  kNaming,     ///< a job runs; its id is being written into the conf
};

/// All that a rescale needs to be gone on with after its process was killed. Ids are chosen before anything is asked
/// with them, so that asking again does nothing twice.
struct RescaleJournal {
  RescaleStep step = RescaleStep::kStopping;
  Timestamp began{};
  std::string old_job;
  std::string name;                           ///< of the old job, as Flink calls it; empty: not known
  std::vector<std::string> neighbours;        ///< other jobs of that name, which ran beside it last
  std::string trigger;                        ///< of the savepoint
  bool cancel = false;                        ///< the savepoint cancels (StopRequest)
  std::string savepoint_dir;                  ///< the savepoint is made in
  std::string savepoint;                      ///< where it lies, once it is there
  std::vector<std::string> older_savepoints;  ///< names of those of the old job that lay there before
  std::string task_manager;                   ///< that ends between the two jobs, or empty
  std::string job;                            ///< the id of the job that is started now, and then runs
  /// Ids that `job` had before, once it goes back. A start that was not answered may come through late: each is looked
  /// for and ended.
  std::vector<std::string> abandoned_jobs;
  /// Those of them, and of earlier rescales, to whose start nobody has heard an answer: looked for after the end, too.
  std::vector<std::string> strays;
  bool is_others = false;  ///< `job` was started by others in the place of the old one
  std::uint32_t from = 0;  ///< parallelism
  std::uint32_t to = 0;
  std::uint32_t attempts = 0;          ///< starts of `job` that were asked for
  std::optional<Timestamp> unheard{};  ///< when the step's request was sent last to which nobody heard the answer
  std::string jar;
  std::string main_class;
  std::vector<std::string> arguments;
  std::string tm_trouble;          ///< why task_manager did not end; empty: it did
  std::string trouble;             ///< what went wrong, one line; empty: nothing so far
  std::optional<Timestamp> ended;  ///< when the old job was seen to be over
  /// When the rescale was over. Since then there is nothing to be done but to watch for what may come through yet:
  /// `strays`, and the stop of the old job where it is `unheard` of; `job` is the one that runs.
  std::optional<Timestamp> over{};

  bool operator==(const RescaleJournal&) const = default;
};

/// Keeps the journal in one file, replaced as a whole. One process at a time (the lock is the caller's).
class RescaleJournalFile {
 public:
  RescaleJournalFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  /// Where it lies for the rescales of one cluster.
  static std::string path_in(const std::string& metrics_dir) { return metrics_dir + "/rescale.json"; }

  /// Nothing where no rescale is under way, and none is watched after. A file that is no journal is the world's error:
  /// a person has to look.
  [[nodiscard]] Result<std::optional<RescaleJournal>> read() const;
  /// Returns when it is lasting.
  Result<void> write(const RescaleJournal& journal);
  /// The rescale is over.
  Result<void> remove();

 private:
  FileSystem& files_;
  std::string path_;
};

}  // namespace temblor::elastic
