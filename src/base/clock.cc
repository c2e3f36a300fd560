#include "base/clock.h"

#include <thread>

namespace temblor {

Timestamp SystemClock::now() const { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }

std::chrono::nanoseconds SystemClock::monotonic() const { return std::chrono::steady_clock::now().time_since_epoch(); }

void SystemClock::sleep_for(std::chrono::nanoseconds duration) { std::this_thread::sleep_for(duration); }

}  // namespace temblor
