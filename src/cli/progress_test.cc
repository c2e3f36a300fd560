#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/number_text.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

TEST(NumberTextTest, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(18446744073709551615U), "18,446,744,073,709,551,615");
}

TEST(NumberTextTest, CountsThings) {
  EXPECT_EQ(counted(0, "window"), "0 windows");
  EXPECT_EQ(counted(1, "window"), "1 window");
  EXPECT_EQ(counted(2000, "window"), "2,000 windows");
}

TEST(NumberTextTest, RoundsToThreeDigits) {
  EXPECT_EQ(rounded(0), "0");
  EXPECT_EQ(rounded(45.12), "45.1");
  EXPECT_EQ(rounded(99.96), "100");
  EXPECT_EQ(rounded(1'234'567), "1,230,000");
  EXPECT_EQ(rounded(999.9), "1,000");
}

TEST(NumberTextTest, WritesSpansOfTime) {
  EXPECT_EQ(minutes_seconds(7.4), "0:07");
  EXPECT_EQ(minutes_seconds(760), "12:40");
  EXPECT_EQ(minutes_seconds(11100), "3:05:00");
}

TEST(ProgressTest, TellsShareAndTimeLeftWhereTheTotalIsKnown) {
  EXPECT_EQ(to_line({.done = 1'500, .total = 6'000, .per_second = 100, .unit = "records", .note = "42 windows"}),
            "25 %  1,500 records  100 records/s  0:45 left  42 windows");
}

TEST(ProgressTest, TellsTheRateWhereTheTotalIsNotKnown) {
  EXPECT_EQ(to_line({.done = 1'500, .total = {}, .per_second = 100, .unit = "records", .note = {}}),
            "1,500 records  100 records/s");
}

TEST(ProgressTest, NeverPromisesMoreThanAllOfIt) {
  EXPECT_EQ(to_line({.done = 7, .total = 5, .per_second = 1, .unit = "records", .note = {}}),
            "100 %  7 records  1.0 records/s");
}

TEST(ProgressLineTest, DrawsOnlyOnATerminalAndNotTooOften) {
  SimClock clock;
  testing::internal::CaptureStderr();
  {
    ProgressLine quiet(clock, "records", false);
    clock.sleep_for(std::chrono::seconds(9));
    quiet.show(10, 20);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");

  testing::internal::CaptureStderr();
  {
    ProgressLine line(clock, "records", true);
    clock.sleep_for(std::chrono::milliseconds(400));
    line.show(5, 20);  // too early
    clock.sleep_for(std::chrono::milliseconds(600));
    line.show(10, 20);
    clock.sleep_for(std::chrono::milliseconds(100));
    line.show(12, 20);  // too soon after the last
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "\r\x1b[K50 %  10 records  10.0 records/s  0:01 left\r\x1b[K");
}

}  // namespace
}  // namespace temblor
