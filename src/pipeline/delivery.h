#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "pipeline/job.h"
#include "pipeline/letters.h"

namespace temblor {

/// What has left the windows and waits for a checkpoint.
struct Pending {
  std::vector<WindowResults> results;
  Letters letters;
};

/// The way out: takes results and letters from the workers and brings them to the sinks, at once, or with the
/// checkpoint that covers them. emit and post may be called from any thread, the rest from the coordinator's.
class Delivery {
 public:
  /// Takes the sinks out of `job`. `at_once`: nothing is held back for a checkpoint.
  Delivery(Job& job, bool at_once);

  /// Opens the sinks, with what the checkpoint holds of them, if there is one.
  Result<void> open(const RestoredCheckpoint* restored);

  /// Results of closed windows, in the order of the windows.
  Result<void> emit(std::vector<WindowResults> results);

  /// Letters of a worker; leaves `letters` empty.
  Result<void> post(Letters& letters);

  /// Whether so much waits for a checkpoint that readers must.
  [[nodiscard]] bool crowded() const { return crowded_.load(std::memory_order_relaxed); }

  /// Takes what waits, at a barrier.
  Pending take();

  /// What each sink must know to commit what was taken; where results leave at once, makes lasting what has left.
  Result<std::vector<SinkCheckpoint>> prepare();

  /// Commits what was taken; the same again after a failure or a restart. Tried again after a failure it goes on with
  /// the output that failed: a console would print the others' results twice.
  Result<void> commit(const std::vector<SinkCheckpoint>& prepared, const std::vector<WindowResults>& results,
                      const std::string& late, const std::string& dead);

  Result<void> close();

  /// Windows and results that left in this run.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> emitted() const;

 private:
  std::vector<NamedSink> sinks_;
  std::optional<NamedLetterSink> late_sink_;
  std::optional<NamedLetterSink> dead_sink_;
  bool at_once_;
  std::size_t committed_ = 0;  ///< outputs that are done with the commit at hand

  mutable std::mutex mutex_;
  Pending pending_;
  std::size_t pending_rows_ = 0;
  std::atomic<bool> crowded_{false};
  std::uint64_t windows_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace temblor
