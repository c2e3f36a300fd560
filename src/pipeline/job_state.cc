#include "pipeline/job_state.h"

namespace temblor {

Result<void> JobState::close_windows() {
  while (watermark.closable() > closed_.load()) {
    if (closing_.exchange(true)) return {};  // whoever is at it looks again afterwards
    const Timestamp closable = watermark.closable();
    if (closable > closed_.load()) {
      TEMBLOR_TRY(delivery.emit(windows.advance(closable)));
      closed_.store(closable);
    }
    closing_.store(false);
  }
  return {};
}

void JobState::fail(Error error) {
  const std::scoped_lock lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
  stop.store(true);
}

std::optional<Error> JobState::failure() const {
  const std::scoped_lock lock(failure_mutex_);
  return failure_;
}

}  // namespace temblor
