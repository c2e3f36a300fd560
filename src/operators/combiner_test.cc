#include "operators/combiner.h"

#include <gtest/gtest.h>

#include <string>

namespace temblor {
namespace {

constexpr Timestamp kWindow = timestamp_from_ms(1'764'458'303'000);

/// Fills the combiner with readings of `sensors` sensors in turn until it has no more room; how many it took.
std::size_t fill(Combiner& combiner, std::size_t sensors) {
  std::size_t readings = 0;
  for (; combiner.has_room_for(1) && readings < 4 * limits::kCombinerPartials; ++readings) {
    const std::string id = "S" + std::to_string(readings % sensors);
    const SensorKey sensor(id);
    const std::uint64_t hash = sensor.hash(1);
    combiner.add(Combiner::key(hash, kWindow), hash, sensor, kWindow, 1.0F, Phase::kP);
  }
  return readings;
}

TEST(Combiner, AddsReadingsOfOneSensorAndWindowTogether) {
  Combiner combiner;
  EXPECT_EQ(fill(combiner, 3), 4 * limits::kCombinerPartials);
  ASSERT_EQ(combiner.partials().size(), 3);
  std::size_t readings = 0;
  for (const Partial& partial : combiner.partials()) readings += partial.aggregate.count();
  EXPECT_EQ(readings, 4 * limits::kCombinerPartials);
}

TEST(Combiner, HoldsFewWhereEachReadingMakesAPartialAndTriesManyAgain) {
  Combiner combiner;
  EXPECT_EQ(fill(combiner, 10'000'000), limits::kCombinerPartials);
  combiner.adapt(limits::kCombinerPartials);
  combiner.clear();

  std::size_t taken = 0;
  std::size_t small_fillings = 0;
  while ((taken = fill(combiner, 10'000'000)) < limits::kCombinerPartials && small_fillings < 10'000) {
    ++small_fillings;
    EXPECT_EQ(combiner.partials().size(), taken);
    combiner.adapt(taken);
    combiner.clear();
  }
  EXPECT_GT(small_fillings, 100);
  EXPECT_EQ(taken, limits::kCombinerPartials) << "after a while it tries again";
}

TEST(Combiner, GoesOnHoldingManyWhereThatShrinksThem) {
  Combiner combiner;
  fill(combiner, 10'000'000);
  combiner.adapt(2 * limits::kCombinerPartials);  // two readings for each partial
  combiner.clear();
  EXPECT_EQ(fill(combiner, 10'000'000), limits::kCombinerPartials);
}

}  // namespace
}  // namespace temblor
