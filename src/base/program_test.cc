#include "base/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"

namespace temblor {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Milliseconds kLong = 20s;

TEST(PosixPrograms, GivesOutputAndExitCode) {
  PosixPrograms programs;
  const auto end = programs.run({"sh", "-c", "echo out; echo error >&2; exit 3"}, kLong);
  ASSERT_TRUE(end.has_value()) << end.error().to_line();
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->output, "out\nerror\n");
}

TEST(PosixPrograms, GivesWordsToNoShell) {
  PosixPrograms programs;
  const auto end = programs.run({"printf", "%s|", "a b", "$(id)", "`id`", "'", "", "*"}, kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->output, "a b|$(id)|`id`|'||*|");
}

TEST(PosixPrograms, HasNothingToRead) {
  PosixPrograms programs;
  const auto end = programs.run({"cat"}, kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->status, 0);
  EXPECT_EQ(end->output, "");
}

TEST(PosixPrograms, TellsTheSignalThatEndedIt) {
  PosixPrograms programs;
  const auto end = programs.run({"sh", "-c", "kill -9 $$"}, kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->status, 128 + 9);
}

TEST(PosixPrograms, ReturnsThoughADaemonHoldsTheOutput) {
  PosixPrograms programs;
  const SystemClock clock;
  const auto begin = clock.monotonic();
  const auto end = programs.run({"sh", "-c", "sleep 30 & echo $!"}, kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_LT(clock.monotonic() - begin, 10s);
  EXPECT_EQ(programs.run({"kill", end->output.substr(0, end->output.size() - 1)}, kLong)->status, 0)
      << "it was still running";
}

TEST(PosixPrograms, KillsWhatTakesTooLongWithItsChildren) {
  PosixPrograms programs;
  const auto end = programs.run({"sh", "-c", "echo busy; sleep 300; :"}, 300ms);
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().to_line(), "sh: has not ended after 300ms (it said: busy)");
}

TEST(PosixPrograms, CannotStartWhatIsNotThere) {
  PosixPrograms programs;
  const auto end = programs.run({"/no/such/program"}, kLong);
  ASSERT_FALSE(end.has_value());
  EXPECT_THAT(end.error().to_line(), HasSubstr("/no/such/program: cannot be started: No such file or directory"));
}

TEST(PosixPrograms, KeepsTheBeginningOfALongOutput) {
  PosixPrograms programs;
  const auto end = programs.run({"sh", "-c", "head -c 1000000 /dev/zero; exit 4"}, kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->status, 4);
  EXPECT_EQ(end->output.size(), std::size_t{64} << 10U);
}

TEST(PosixPrograms, KnowsHostAndPath) {
  PosixPrograms programs;
  EXPECT_EQ(host_name() + "\n", programs.run({"uname", "-n"}, kLong)->output);
  EXPECT_TRUE(own_path().ends_with("base_test"));
}

}  // namespace
}  // namespace temblor
