#include "pipeline/job_watermark.h"

#include <algorithm>

namespace temblor {

bool JobWatermark::report(std::size_t worker, const Report& report) {
  const std::scoped_lock lock(mutex_);
  reports_[worker] = report;
  if (report.known && closable_ == kBeforeAll) began_ = began_ ? std::min(*began_, *report.known) : *report.known;
  std::optional<Timestamp> lowest;
  std::optional<Timestamp> lowest_other;
  Timestamp furthest_silent = kBeforeAll;
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    const Report& each = reports_[i];
    if (each.boundary) {
      lowest = lowest ? std::min(*lowest, *each.boundary) : *each.boundary;
      if (i != worker) lowest_other = lowest_other ? std::min(*lowest_other, *each.boundary) : *each.boundary;
    }
    if (each.silent) furthest_silent = std::max(furthest_silent, *each.silent);
  }
  closable_ = std::max(closable_, lowest.value_or(furthest_silent));
  return report.boundary && lowest_other && *report.boundary < *lowest_other;
}

Timestamp JobWatermark::closable() const {
  const std::scoped_lock lock(mutex_);
  return closable_;
}

std::optional<Timestamp> JobWatermark::drift_base() const {
  const std::scoped_lock lock(mutex_);
  if (closable_ != kBeforeAll) return closable_;
  return began_;
}

}  // namespace temblor
