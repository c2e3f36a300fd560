#include "cli/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string logged(spdlog::level::level_enum level, const std::string& message) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  set_up_log(level);
  spdlog::info("{}", message);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");  // that is for results
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, WritesTimeLevelAndMessageToStandardError) {
  EXPECT_THAT(logged(spdlog::level::info, "hello"),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+.[0-9]+Z info hello\n"));
}

TEST(LogTest, WritesNothingBelowTheLevel) { EXPECT_EQ(logged(spdlog::level::warn, "hello"), ""); }

TEST(LogTest, LetsNobodyWriteToTheTerminal) {
  EXPECT_THAT(logged(spdlog::level::info, "sensor \x1b[2J\nforged"), HasSubstr(R"(sensor \x1b[2J\x0aforged)"));
}

}  // namespace
}  // namespace temblor
