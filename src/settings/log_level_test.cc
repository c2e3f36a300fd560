#include "settings/log_level.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(LogLevelTest, KnowsThem) {
  EXPECT_EQ(parse_log_level("trace"), spdlog::level::trace);
  EXPECT_EQ(parse_log_level("error"), spdlog::level::err);
  EXPECT_EQ(parse_log_level("off"), spdlog::level::off);
  for (const char* text : {"", "loud", "Info", "err"}) {
    const auto level = parse_log_level(text);
    ASSERT_FALSE(level) << text;
    EXPECT_EQ(level.error().blame, Blame::kUser);
  }
}

}  // namespace
}  // namespace temblor
