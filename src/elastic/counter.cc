#include "elastic/counter.h"

#include <algorithm>

#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

/// The time over which a counter has changed that is seen at `now` to have done so.
Milliseconds span_of_change(const Counter& counter, Timestamp now) {
  // It stood still until the sample before, which may have shown a value as old as a refresh.
  const Timestamp still_until = std::max(counter.changed_at, counter.seen_at - kMetricRefresh);
  // Without a change before nobody knows when the refresh was; values of a whole one have come since.
  return counter.has_changed ? now - still_until : std::max(now - counter.seen_at, kMetricRefresh);
}

}  // namespace

Counter first_seen(double value, Timestamp now) { return {value, now, now, false, 0, value}; }

Counter begun_since(Timestamp before) { return {0, before, before, true, 0, 0}; }

Counter next(const Counter& counter, double value, Timestamp now) {
  Counter result = counter;
  result.value = value;
  result.seen_at = now;
  if (value == counter.value) {
    if (now - counter.changed_at > 2 * kMetricRefresh) result.rate = 0;
    return result;
  }
  const double grown = value > counter.value ? value - counter.value : value;
  result.rate = grown / seconds(span_of_change(counter, now));
  result.changed_at = now;
  result.has_changed = true;
  result.total += grown;
  return result;
}

}  // namespace temblor::elastic
