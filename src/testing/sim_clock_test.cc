#include "testing/sim_clock.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(SimClock, MovesOnlyWhenItIsTold) {
  SimClock clock(timestamp_from_ms(1000));
  EXPECT_EQ(to_ms(clock.now()), 1000);
  EXPECT_EQ(clock.monotonic(), nanoseconds(0));
  clock.sleep_for(microseconds(1500));
  EXPECT_EQ(to_ms(clock.now()), 1001);
  EXPECT_EQ(clock.monotonic(), microseconds(1500));
  clock.advance(microseconds(500));
  EXPECT_EQ(to_ms(clock.now()), 1002);
  clock.sleep_for(microseconds(-500));
  EXPECT_EQ(to_ms(clock.now()), 1002);
}

TEST(SimClock, SettingTheTimeLeavesTheMonotonicClockAlone) {
  SimClock clock;
  clock.advance(Milliseconds(10));
  clock.set(timestamp_from_ms(5));
  EXPECT_EQ(to_ms(clock.now()), 5);
  EXPECT_EQ(clock.monotonic(), Milliseconds(10));
  clock.advance(Milliseconds(1));
  EXPECT_EQ(to_ms(clock.now()), 6);
}

}  // namespace
}  // namespace temblor
