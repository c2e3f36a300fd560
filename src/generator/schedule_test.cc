#include "generator/schedule.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(Schedule, SpacesRecordsEvenlyInWholeMilliseconds) {
  const Schedule schedule{timestamp_from_ms(1'000'000), 300};
  EXPECT_EQ(to_ms(schedule.time_of(0)), 1'000'000);
  EXPECT_EQ(to_ms(schedule.time_of(1)), 1'000'003);
  EXPECT_EQ(to_ms(schedule.time_of(2)), 1'000'006);
  EXPECT_EQ(to_ms(schedule.time_of(3)), 1'000'010);
  EXPECT_EQ(to_ms(schedule.time_of(301)), 1'001'003);
}

TEST(Schedule, HasNoOverflowFarOut) {
  const Schedule schedule{timestamp_from_ms(0), 10'000'000'000};
  EXPECT_EQ(schedule.elapsed(9'000'000'000'000'000'000).count(), 900'000'000'000);
}

TEST(Schedule, CountsWhatIsDueAsTheTimesSay) {
  for (const std::uint64_t per_second : {1U, 3U, 300U, 999U, 1000U, 1001U, 500'000U}) {
    const Schedule schedule{timestamp_from_ms(0), per_second};
    for (const std::int64_t ms : {0, 1, 2, 3, 9, 10, 333, 334, 999, 1000, 1001, 86'400'000}) {
      const std::uint64_t due = schedule.due(Milliseconds(ms));
      EXPECT_LE(schedule.elapsed(due - 1).count(), ms) << per_second;
      EXPECT_GT(schedule.elapsed(due).count(), ms) << per_second;
    }
  }
}

}  // namespace
}  // namespace temblor
