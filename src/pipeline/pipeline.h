#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "base/environment.h"
#include "pipeline/job.h"
#include "schema/counts.h"

namespace temblor {

/// How far a running job is; for people who watch it.
struct Progress {
  Counts run;                            ///< of this run
  double seconds = 0;                    ///< since this run began
  std::optional<std::uint64_t> pending;  ///< what is left to read, in the unit of the sources, where all know it
};

/// What a run came to.
struct Summary {
  Counts life;  ///< over the whole life of the job, restarts included
  Counts run;   ///< of this run
  double life_seconds = 0;
  double run_seconds = 0;
  std::uint64_t restarts = 0;      ///< how often it was restored from a checkpoint
  bool finished = false;           ///< every split has ended (or --max-records was reached)
  std::uint64_t open_results = 0;  ///< (window, sensor) pairs still open; without checkpoints they are lost
};

/// The main job: reads its sources, cleans, aggregates, delivers. Runs until every split has ended, or until `stop`
/// becomes true, which may happen from a signal handler; then a last checkpoint is taken.
/// `watch`, where given, is called about twice a second from one thread of the pipeline.
Result<Summary> run_pipeline(Job job, const Environment& environment, const std::atomic<bool>& stop,
                             const std::function<void(const Progress&)>& watch = {});

}  // namespace temblor
