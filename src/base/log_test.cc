#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace temblor {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(Log, WritesTimeLevelAndTextToStandardError) {
  ASSERT_TRUE(set_up_log("info"));
  CaptureStderr();
  spdlog::debug("not this");
  spdlog::warn("the disk is {}", "slow");
  EXPECT_THAT(GetCapturedStderr(),
              ::testing::MatchesRegex("[0-9-]+T[0-9:]+[.][0-9][0-9][0-9]Z warning the disk is slow\n"));
  ASSERT_TRUE(set_up_log("off"));
  CaptureStderr();
  spdlog::critical("not this either");
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(Log, KnowsItsLevels) {
  for (const char* level : {"trace", "debug", "info", "warn", "error", "off"}) EXPECT_TRUE(set_up_log(level)) << level;
  for (const char* level : {"", "Info", "verbose", "critical"}) {
    const auto set_up = set_up_log(level);
    ASSERT_FALSE(set_up) << level;
    EXPECT_EQ(set_up.error().blame, Blame::kUser);
    EXPECT_THAT(set_up.error().remedy, ::testing::HasSubstr("warn"));
  }
}

}  // namespace
}  // namespace temblor
