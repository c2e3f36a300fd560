#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "base/clock.h"

namespace temblor {

/// A clock that stands still until a test moves it, or somebody sleeps on it. All methods may be called from any
/// thread.
class SimClock final : public Clock {
 public:
  explicit SimClock(Timestamp start = timestamp_from_ms(1'274'977'440'000)) : start_(start) {}

  [[nodiscard]] Timestamp now() const override {
    const std::lock_guard guard(mutex_);
    return start_ + std::chrono::floor<Milliseconds>(elapsed_);
  }

  [[nodiscard]] std::chrono::nanoseconds monotonic() const override {
    const std::lock_guard guard(mutex_);
    return elapsed_;
  }

  void sleep_for(std::chrono::nanoseconds duration) override { advance(duration); }

  /// Moves both clocks forward.
  void advance(std::chrono::nanoseconds duration) {
    const std::lock_guard guard(mutex_);
    elapsed_ += std::max(duration, std::chrono::nanoseconds(0));
  }

  /// Sets the wall clock alone, as a person or NTP would; the monotonic one goes on undisturbed.
  void set(Timestamp now) {
    const std::lock_guard guard(mutex_);
    start_ = now - std::chrono::floor<Milliseconds>(elapsed_);
  }

 private:
  mutable std::mutex mutex_;
  Timestamp start_;
  std::chrono::nanoseconds elapsed_{0};
};

}  // namespace temblor
