#pragma once

#include "base/time.h"

namespace temblor {

/// Tumbling windows aligned to the epoch: [k·size, (k+1)·size), also before 1970.
class WindowAssigner {
 public:
  /// `size` is greater than 0.
  explicit WindowAssigner(Milliseconds size) : size_(size) {}

  /// The start of the window that `t` lies in. Readings mostly come in the order of time, so that the last answer
  /// is mostly the next one too.
  Timestamp start_of(Timestamp t) {
    // Unsigned, so that a time before the window is far behind it.
    if (static_cast<std::uint64_t>((t - last_start_).count()) < static_cast<std::uint64_t>(size_.count())) [[likely]] {
      return last_start_;
    }
    const std::int64_t size_ms = size_.count();
    std::int64_t start_ms = to_ms(t) / size_ms * size_ms;
    if (start_ms > to_ms(t)) start_ms -= size_ms;  // division rounds towards 1970
    last_start_ = timestamp_from_ms(start_ms);
    return last_start_;
  }

  [[nodiscard]] Milliseconds size() const { return size_; }

 private:
  Milliseconds size_;
  Timestamp last_start_{};
};

}  // namespace temblor
