#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "base/environment.h"
#include "operators/window_operator.h"
#include "pipeline/delivery.h"
#include "pipeline/job_watermark.h"
#include "pipeline/record_budget.h"
#include "pipeline/rendezvous.h"

namespace temblor {

/// What the workers of one job share.
struct JobState {
  JobState(const Environment& job_environment, const Job& job, WindowOperator& job_windows, Delivery& job_delivery,
           std::size_t workers, std::optional<std::uint64_t> records_left)
      : environment(job_environment),
        time_mode(job.time_mode),
        window(job.window),
        idle_timeout(job.idle_timeout),
        max_drift(job.max_drift),
        batch_records(job.batch_records),
        windows(job_windows),
        delivery(job_delivery),
        watermark(workers),
        rendezvous(workers),
        budget(records_left) {}

  Environment environment;
  TimeMode time_mode;
  Milliseconds window;
  Milliseconds idle_timeout;
  Milliseconds max_drift;
  std::size_t batch_records;
  WindowOperator& windows;
  Delivery& delivery;
  JobWatermark watermark;
  Rendezvous rendezvous;
  RecordBudget budget;
  std::atomic<bool> stop{false};

  /// Closes every window that may close now and delivers its results, in order. Any worker; where another one is at
  /// it, that one sees to it and nobody waits. After a failure nothing is closed any more.
  Result<void> close_windows();

  /// The first failure of any worker ends the job.
  void fail(Error error);
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  std::atomic<bool> closing_{false};
  std::atomic<Timestamp> closed_{kBeforeAll};
  mutable std::mutex failure_mutex_;
  std::optional<Error> failure_;
};

}  // namespace temblor
