#pragma once

#include "base/time.h"

namespace temblor::elastic {

/// A counter of Flink as it is seen from outside, and the rate that follows from it. Flink's JobManager fetches values
/// only every ten seconds, so that samples 5 s apart see it grow by 0, 34, 0, 0, 13: a rate is what a counter grew by
/// over the time in which it really did.
struct Counter {
  double value = 0;          ///< as last seen
  Timestamp seen_at{};       ///< when
  Timestamp changed_at{};    ///< when it was last seen to change; at first, when it was first seen
  bool has_changed = false;  ///< whether changed_at is a change
  double rate = 0;           ///< per second, over the last change; 0 before the first
  double total = 0;          ///< what it has counted in all, right across its restarts

  friend bool operator==(const Counter&, const Counter&) = default;
};

/// How often Flink fetches values: metrics.fetcher.update-interval.
inline constexpr Milliseconds kMetricRefresh = std::chrono::seconds(10);

/// A counter that is seen for the first time: it has no rate yet.
Counter first_seen(double value, Timestamp now);

/// A counter of which is known that it stood at zero when the sample before was taken, such as that of a job started
/// since.
Counter begun_since(Timestamp before);

/// `counter` at the next sample, which is later than the one before. A value below the last one is a counter that began
/// again from zero. While it stands still it keeps its rate for two refreshes, then it has none.
Counter next(const Counter& counter, double value, Timestamp now);

}  // namespace temblor::elastic
