#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "base/time.h"

namespace temblor {

/// How far event time has come in the whole job: the lowest of what its workers say. All methods from any thread.
class JobWatermark {
 public:
  /// What one worker says of its splits.
  struct Report {
    /// Everything before this is complete as far as the worker's active splits go; kBeforeAll while one of them has
    /// not delivered anything. Nothing where no split of it is active: then it holds nobody back.
    std::optional<Timestamp> boundary;
    /// The same without the splits that have not delivered anything.
    std::optional<Timestamp> known;
    /// Where none is active: how far the furthest had come. It counts where nobody is active anywhere, or what the last
    /// readings before a silence completed would wait for its end.
    std::optional<Timestamp> silent;

    bool operator==(const Report&) const = default;
  };

  /// A worker that has not reported yet holds all windows open.
  explicit JobWatermark(std::size_t workers)
      : reports_(workers, Report{.boundary = kBeforeAll, .known = {}, .silent = {}}) {}

  /// Takes a worker's report. Everything that the worker has read from before `boundary` must have been handed to
  /// the windows by then. True where this worker alone holds the job back: every other active one is ahead of it, and
  /// there is one.
  bool report(std::size_t worker, const Report& report);

  /// Up to where windows may close now; kBeforeAll while that is not known. Never goes back.
  [[nodiscard]] Timestamp closable() const;

  /// What drift is measured from: the slowest split; while one has not delivered anything, where the others began,
  /// so that they cannot run away from it. Nothing while nobody has delivered anything.
  [[nodiscard]] std::optional<Timestamp> drift_base() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Report> reports_;
  Timestamp closable_ = kBeforeAll;
  std::optional<Timestamp> began_;
};

}  // namespace temblor
