#include "connectors/miniseed/segment_clock.h"

#include <gtest/gtest.h>

namespace temblor::miniseed {
namespace {

constexpr SampleRate k100Hz{100, 1};
constexpr std::int64_t kSecond = 1'000'000;

std::int64_t next_ms(SegmentClock& clock) { return to_ms(clock.next()); }

void pass(SegmentClock& clock, int samples) {
  for (int i = 0; i < samples; ++i) clock.next();
}

TEST(SegmentClock, StartsWhereTheFirstRecordStarts) {
  SegmentClock clock;
  const auto entry = clock.enter(5 * kSecond + 1999, k100Hz, 10);
  EXPECT_TRUE(entry.anew);
  EXPECT_EQ(entry.skip, 0U);
  EXPECT_EQ(entry.gap_us, 0);
  EXPECT_EQ(next_ms(clock), 5001);
  EXPECT_EQ(next_ms(clock), 5011);
}

TEST(SegmentClock, ARoundedHeaderMovesNoSampleOverASecondEdge) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 100);
  pass(clock, 100);
  const auto entry = clock.enter(kSecond - 100, k100Hz, 100);  // 0.9999 s: cut to 0.1 ms
  EXPECT_FALSE(entry.anew);
  EXPECT_EQ(next_ms(clock), 1000);
}

TEST(SegmentClock, CarriesThirdsOfASecondWithoutDrift) {
  SegmentClock clock;
  clock.enter(0, {3, 1}, 1);
  pass(clock, 3'000'000);
  EXPECT_EQ(next_ms(clock), 1'000'000'000);
  EXPECT_EQ(next_ms(clock), 1'000'000'333);
  EXPECT_EQ(next_ms(clock), 1'000'000'666);
  EXPECT_EQ(next_ms(clock), 1'000'001'000);
}

TEST(SegmentClock, RoundsDownBefore1970) {
  SegmentClock clock;
  clock.enter(-1, k100Hz, 1);
  EXPECT_EQ(next_ms(clock), -1);
  EXPECT_EQ(next_ms(clock), 9);
}

TEST(SegmentClock, UpToHalfASampleLateIsNoGap) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 10);
  pass(clock, 10);
  EXPECT_FALSE(clock.enter(105'000, k100Hz, 10).anew);
  const auto entry = clock.enter(105'001, k100Hz, 10);
  EXPECT_TRUE(entry.anew);
  EXPECT_EQ(entry.gap_us, 5'001);
  EXPECT_EQ(next_ms(clock), 105);
}

TEST(SegmentClock, SkipsWhatWasThereAndGoesOnInTheSameSegment) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 10);
  pass(clock, 10);
  const auto entry = clock.enter(50'040, k100Hz, 10);  // 0.05 s, 40 µs off: five are old
  EXPECT_EQ(entry.skip, 5U);
  EXPECT_FALSE(entry.anew);
  EXPECT_EQ(next_ms(clock), 100);
}

TEST(SegmentClock, HalfASampleEarlyIsStillTheNextSample) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 10);
  pass(clock, 10);
  EXPECT_EQ(clock.enter(95'000, k100Hz, 10).skip, 0U);
  EXPECT_EQ(clock.enter(94'999, k100Hz, 10).skip, 1U);
}

TEST(SegmentClock, ARecordThatIsAllOldChangesNothing) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 10);
  pass(clock, 10);
  EXPECT_EQ(clock.enter(0, k100Hz, 10).skip, 10U);
  EXPECT_EQ(clock.enter(-3'000 * kSecond, k100Hz, 7).skip, 7U);
  EXPECT_EQ(next_ms(clock), 100);
}

TEST(SegmentClock, AnotherRateBeginsASegmentWithoutAGap) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 10);
  pass(clock, 10);
  const auto entry = clock.enter(100'000, {20, 1}, 5);
  EXPECT_TRUE(entry.anew);
  EXPECT_EQ(entry.gap_us, 0);
  EXPECT_EQ(next_ms(clock), 100);
  EXPECT_EQ(next_ms(clock), 150);
}

TEST(SegmentClock, AnotherRateSkipsWhatWasThere) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 20);
  pass(clock, 20);  // up to 0.19 s
  const auto entry = clock.enter(100'000, {20, 1}, 5);
  EXPECT_EQ(entry.skip, 2U);  // 0.10, 0.15
  EXPECT_EQ(next_ms(clock), 200);
}

TEST(SegmentClock, AMeasuredRateThatWaversIsTheSameRate) {
  SegmentClock clock;
  clock.enter(0, k100Hz, 100);
  pass(clock, 100);
  EXPECT_FALSE(clock.enter(kSecond, {10'000'001, 100'000}, 100).anew);
  EXPECT_EQ(clock.state().rate, k100Hz);
}

TEST(SegmentClock, GoesOnFromItsState) {
  SegmentClock clock;
  clock.enter(123'456'789, {7, 3}, 1);
  pass(clock, 1'000);
  SegmentClock resumed(clock.state());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(next_ms(resumed), next_ms(clock));
}

TEST(SegmentClock, TheSlowestRateOverTheLongestTimeDoesNotOverflow) {
  SegmentClock clock({.running = true,
                      .anchor_us = 4'102'444'800 * kSecond,
                      .count = std::uint64_t{1} << 20,
                      .rate = {(std::uint64_t{1} << 24) - 1, std::uint64_t{1} << 39}});
  const std::int64_t first = next_ms(clock);
  EXPECT_NEAR(static_cast<double>(next_ms(clock) - first), 32768e3, 5);
}

}  // namespace
}  // namespace temblor::miniseed
