#include "base/nearest.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

const std::vector<std::string_view> kNames = {"--window", "--threads", "--time", "--sink", "--from"};

TEST(NearestTest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("--windw", kNames), "--window");
  EXPECT_EQ(nearest("--thread", kNames), "--threads");
  EXPECT_EQ(nearest("--snik", kNames), "--sink");
}

TEST(NearestTest, SaysNothingWhereNoneIsNear) {
  EXPECT_EQ(nearest("--banana", kNames), std::nullopt);
  EXPECT_EQ(nearest("", kNames), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 'w'), kNames), std::nullopt);
}

TEST(NearestTest, TakesTheNearestOfSeveral) { EXPECT_EQ(nearest("--tme", {"--times", "--time"}), "--time"); }

}  // namespace
}  // namespace temblor
