#include "operators/split_watermark.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

Timestamp at_ms(std::int64_t ms) { return timestamp_from_ms(ms); }

TEST(WindowAssigner, AlignsToTheEpochOnBothSidesOfIt) {
  WindowAssigner assigner(Milliseconds(1000));
  EXPECT_EQ(assigner.start_of(at_ms(0)), at_ms(0));
  EXPECT_EQ(assigner.start_of(at_ms(999)), at_ms(0));
  EXPECT_EQ(assigner.start_of(at_ms(1000)), at_ms(1000));
  EXPECT_EQ(assigner.start_of(at_ms(-1)), at_ms(-1000));
  EXPECT_EQ(assigner.start_of(at_ms(-1000)), at_ms(-1000));
  EXPECT_EQ(assigner.start_of(at_ms(-1001)), at_ms(-2000));
  EXPECT_EQ(assigner.start_of(kEarliest), kEarliest);
  EXPECT_EQ(assigner.start_of(kLatest), kLatest - Milliseconds(999));
}

TEST(SplitWatermark, AReadingIsLateOnceItsWindowHasEndedForTheSplit) {
  SplitWatermark watermark(Milliseconds(1000), Milliseconds(500), kBeforeAll);
  EXPECT_FALSE(watermark.is_late(kEarliest));
  EXPECT_EQ(watermark.boundary(), kBeforeAll);
  watermark.observe(at_ms(10'000));
  EXPECT_EQ(watermark.boundary(), at_ms(9000));  // 9,500 lies in the window that begins there
  EXPECT_FALSE(watermark.is_late(at_ms(9000)));
  EXPECT_TRUE(watermark.is_late(at_ms(8999)));
  watermark.observe(at_ms(10'499));
  EXPECT_FALSE(watermark.is_late(at_ms(9000)));
  watermark.observe(at_ms(10'500));
  EXPECT_TRUE(watermark.is_late(at_ms(9999)));
  watermark.observe(at_ms(10'400));  // does not go back
  EXPECT_EQ(watermark.highest(), at_ms(10'500));
  EXPECT_EQ(watermark.boundary(), at_ms(10'000));
}

TEST(SplitWatermark, GoesOnFromWhatTheCheckpointKept) {
  SplitWatermark before(Milliseconds(1000), Milliseconds(0), kBeforeAll);
  before.observe(at_ms(-1500));
  const SplitWatermark after(Milliseconds(1000), Milliseconds(0), before.highest());
  EXPECT_EQ(after.boundary(), before.boundary());
  EXPECT_EQ(after.boundary(), at_ms(-2000));
}

}  // namespace
}  // namespace temblor
