#pragma once

#include <chrono>

#include "base/time.h"

namespace temblor {

/// The only place that knows the time. Handed in through constructors, so that tests decide what time it is.
/// All methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The wall clock: what people call the time. It may jump, also backwards.
  [[nodiscard]] virtual Timestamp now() const = 0;

  /// For measuring how long something took: never runs backwards; its zero means nothing.
  [[nodiscard]] virtual std::chrono::nanoseconds monotonic() const = 0;

  /// Waits; a simulated clock only moves itself forward.
  virtual void sleep_for(std::chrono::nanoseconds duration) = 0;
};

/// The clock of the machine.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] std::chrono::nanoseconds monotonic() const override;
  void sleep_for(std::chrono::nanoseconds duration) override;
};

}  // namespace temblor
