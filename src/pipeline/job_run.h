#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/checkpoint_coordinator.h"
#include "pipeline/pipeline.h"
#include "pipeline/worker.h"

namespace temblor {

/// One run of a job, from the last checkpoint to the next end: the steps of run_pipeline, in their order, and what
/// they share. Its methods are called by one thread, the coordinator's; workers have theirs.
class JobRun {
 public:
  JobRun(Job job, const Environment& environment);
  ~JobRun();
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  /// Takes the checkpoint folder, and reads the newest checkpoint in it back, if there is one.
  Result<void> restore();

  /// Finds all splits and opens each where the checkpoint says, or at its beginning.
  Result<void> open_splits();

  /// Opens the sinks and commits once more what the checkpoint holds of results.
  Result<void> deliver_restored();

  /// Reads, with a checkpoint at each interval, until all splits have ended or `stop` is set.
  Result<void> read_until_done(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& watch);

  /// Closes the last windows, where the input has ended, and takes the last checkpoint.
  Result<Summary> finish();

 private:
  struct OwnedSplit {
    std::size_t source;
    SplitId id;
  };

  /// Whatever happens that a checkpoint must keep changes one of these: a record is read, a window closes, a split
  /// comes or ends. While they stay the same nothing waits for a checkpoint, and the last one does as well: to leave
  /// one out is what being killed just before it would be. Time alone may have moved on (the last stamp, how far
  /// windows are closed), but no record has been judged by it yet.
  struct Happened {
    Counts counts;  ///< of this run
    std::size_t splits = 0;
    std::size_t ended = 0;
    bool operator==(const Happened&) const = default;
  };

  Result<std::vector<OwnedSplit>> discover();
  Result<std::unique_ptr<SplitRunner>> open_split(const OwnedSplit& split);
  Result<void> add_new_splits();
  Result<void> checkpoint(bool finished);
  void acknowledge(const std::vector<SplitCheckpoint>& splits);
  [[nodiscard]] Happened happened() const;
  [[nodiscard]] Checkpoint capture(bool finished);
  [[nodiscard]] Counts counts_of_run(bool published) const;
  [[nodiscard]] Progress progress() const;
  [[nodiscard]] double seconds() const;
  void stop_workers();

  Job job_;
  Environment environment_;
  std::map<std::string, std::string> settings_;
  bool at_once_;
  bool unbounded_ = false;
  std::unique_ptr<WindowOperator> windows_;
  Delivery delivery_;
  std::unique_ptr<CheckpointStore> store_;
  std::optional<RestoredCheckpoint> restored_;
  std::optional<CheckpointCoordinator> coordinator_;
  CheckpointFacts facts_;             // as restored, or of a new job
  std::optional<Happened> captured_;  // up to the last checkpoint of this run
  std::unique_ptr<JobState> state_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::vector<OwnedSplit> new_splits_;  // of a job without a checkpoint, where they were looked for already
  std::vector<OwnedSplit> known_splits_;
  std::vector<SplitCheckpoint> gone_splits_;  // ended in an earlier run, and not there any more
  std::chrono::nanoseconds began_;
};

}  // namespace temblor
