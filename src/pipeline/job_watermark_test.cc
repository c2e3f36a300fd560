#include "pipeline/job_watermark.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

constexpr Timestamp at(std::int64_t seconds) { return timestamp_from_ms(1000 * seconds); }
JobWatermark::Report active(std::int64_t seconds) {
  return {.boundary = at(seconds), .known = at(seconds), .silent = {}};
}
constexpr JobWatermark::Report kNobody{};

TEST(JobWatermark, WaitsForEveryWorker) {
  JobWatermark watermark(2);
  EXPECT_EQ(watermark.closable(), kBeforeAll);
  EXPECT_EQ(watermark.drift_base(), std::nullopt);
  watermark.report(0, active(10));
  EXPECT_EQ(watermark.closable(), kBeforeAll);
  watermark.report(1, active(7));
  EXPECT_EQ(watermark.closable(), at(7));
}

TEST(JobWatermark, SaysWhoAloneHoldsTheOthersBack) {
  JobWatermark watermark(3);
  EXPECT_FALSE(watermark.report(0, active(10)));  // the others have not begun
  EXPECT_FALSE(watermark.report(1, active(9)));
  EXPECT_TRUE(watermark.report(2, active(7)));
  EXPECT_FALSE(watermark.report(2, active(9)));  // as far as another
  EXPECT_FALSE(watermark.report(1, active(11)));
  EXPECT_FALSE(watermark.report(0, kNobody));
  EXPECT_TRUE(watermark.report(2, active(10)));
  watermark.report(1, kNobody);
  EXPECT_FALSE(watermark.report(2, active(11)));  // there is nobody to be ahead of it
}

TEST(JobWatermark, IsTheLowestAndNeverGoesBack) {
  JobWatermark watermark(2);
  watermark.report(0, active(10));
  watermark.report(1, active(7));
  watermark.report(1, active(12));
  EXPECT_EQ(watermark.closable(), at(10));
  watermark.report(0, active(8));  // a split that was idle came back
  EXPECT_EQ(watermark.closable(), at(10));
  watermark.report(0, active(11));
  EXPECT_EQ(watermark.closable(), at(11));
}

TEST(JobWatermark, ASplitThatHasNotDeliveredHoldsWindowsOpen) {
  JobWatermark watermark(1);
  watermark.report(0, {.boundary = kBeforeAll, .known = at(10), .silent = {}});
  EXPECT_EQ(watermark.closable(), kBeforeAll);
}

TEST(JobWatermark, WhoHasNoActiveSplitHoldsNobodyBack) {
  JobWatermark watermark(2);
  watermark.report(0, active(10));
  watermark.report(1, kNobody);
  EXPECT_EQ(watermark.closable(), at(10));
  watermark.report(0, kNobody);
  EXPECT_EQ(watermark.closable(), at(10)) << "what nobody vouches for stays open";
}

TEST(JobWatermark, WhenAllAreSilentTheFurthestCounts) {
  JobWatermark watermark(2);
  const auto silent = [](std::int64_t seconds) {
    return JobWatermark::Report{.boundary = {}, .known = {}, .silent = at(seconds)};
  };
  watermark.report(0, silent(10));
  EXPECT_EQ(watermark.closable(), kBeforeAll) << "the other has not said anything yet";
  watermark.report(1, active(5));
  EXPECT_EQ(watermark.closable(), at(5));
  watermark.report(1, silent(6));
  EXPECT_EQ(watermark.closable(), at(10));
}

TEST(JobWatermark, MeasuresDriftFromTheSlowest) {
  JobWatermark watermark(2);
  watermark.report(0, {.boundary = kBeforeAll, .known = at(10), .silent = {}});
  EXPECT_EQ(watermark.drift_base(), at(10));
  watermark.report(0, {.boundary = kBeforeAll, .known = at(15), .silent = {}});
  EXPECT_EQ(watermark.drift_base(), at(10)) << "where they began, while one has not delivered";
  watermark.report(0, active(15));
  watermark.report(1, active(12));
  EXPECT_EQ(watermark.drift_base(), at(12));
}

}  // namespace
}  // namespace temblor
