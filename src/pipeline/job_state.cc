#include "pipeline/job_state.h"

namespace temblor {

Result<void> JobState::close_windows() {
  const std::scoped_lock lock(closing_);
  const Timestamp closable = watermark.closable();
  if (closable <= closed_) return {};
  closed_ = closable;
  return delivery.emit(windows.advance(closable));
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
