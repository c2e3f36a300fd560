#include "elastic/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class AlertsTest : public ::testing::Test {
 protected:
  /// As each process makes them anew.
  Alerts alerts() {
    Alerts made(files, clock, "/log/alert.log", "/log/alerts_open.json", 300s, unwritten);
    made.add_channel("channel", [this](const Alert& alert) -> Result<void> {
      sent.push_back((alert.is_over ? "over: " : "") + alert.message);
      return answer;
    });
    return made;
  }
  std::string log() { return read_file(files, "/log/alert.log", 100000).value_or(""); }

  MemoryFileSystem files;
  SimClock clock;
  std::optional<OpenTroubles> unwritten;
  std::vector<std::string> sent;
  Result<void> answer;
};

TEST_F(AlertsTest, TellsATroubleOnceAndItsEnd) {
  alerts().raise(AlertLevel::kError, "rest", "JobManager gone");
  clock.advance(10s);
  alerts().raise(AlertLevel::kError, "rest", "JobManager gone");
  alerts().raise(AlertLevel::kWarn, "ssh node02", "node02 refuses");
  clock.advance(10s);
  alerts().resolve("rest", "JobManager is back");
  alerts().resolve("rest", "JobManager is back");
  alerts().resolve("never told", "x");
  EXPECT_THAT(sent, ElementsAre("JobManager gone", "node02 refuses", "over: JobManager is back"));
  alerts().raise(AlertLevel::kError, "rest", "JobManager gone");
  EXPECT_EQ(sent.back(), "JobManager gone") << "a new trouble";
}

TEST_F(AlertsTest, CallsOffAllOfAKind) {
  alerts().raise(AlertLevel::kError, "loop rest", "gone");
  alerts().raise(AlertLevel::kError, "loop disk", "full");
  alerts().raise(AlertLevel::kError, "rescale", "went back");
  sent.clear();
  alerts().resolve_all("loop ", "all is well");
  alerts().resolve_all("loop ", "all is well");
  EXPECT_THAT(sent, ElementsAre("over: all is well", "over: all is well"));
}

TEST_F(AlertsTest, TellsAgainAfterATimeAndHowOftenItWas) {
  for (int i = 0; i < 31; ++i) {
    alerts().raise(AlertLevel::kWarn, "rest", "gone");
    clock.advance(10s);
  }
  EXPECT_THAT(sent, ElementsAre("gone", "gone [+29]"));
}

TEST_F(AlertsTest, TellsAtOnceWhatHasBecomeWorse) {
  alerts().raise(AlertLevel::kWarn, "job", "slow");
  alerts().raise(AlertLevel::kError, "job", "failed");
  EXPECT_THAT(sent, ElementsAre("slow", "failed"));
}

TEST_F(AlertsTest, WritesLinesWithTheTime) {
  alerts().tell(AlertLevel::kInfo, "first\nsecond\x1b[31m");
  EXPECT_THAT(log(), MatchesRegex("\\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\] \\[INFO\\] first second "
                                  "\\[31m\n"));
}

TEST_F(AlertsTest, SaysInTheLogThatAChannelFails) {
  answer = world_error("http://hook", "cannot be reached");
  alerts().raise(AlertLevel::kError, "rest", "gone");
  EXPECT_THAT(log(), HasSubstr("[WARN] channel: http://hook: cannot be reached"));
}

TEST_F(AlertsTest, TellsWhereTheDiskIsBroken) {
  ASSERT_TRUE(files.create_directories("/log").has_value());
  ASSERT_TRUE(replace_file(files, "/log/alerts_open.json", "{\"rest\": 1, \"x").has_value());
  alerts().raise(AlertLevel::kError, "rest", "gone");
  EXPECT_THAT(sent, ElementsAre("gone"));
}

TEST_F(AlertsTest, GoesBackInTimeWithoutFallingSilent) {
  alerts().raise(AlertLevel::kError, "rest", "gone");
  clock.set(clock.now() - 24h);
  alerts().raise(AlertLevel::kError, "rest", "gone");
  EXPECT_EQ(sent.size(), 2U);
}

TEST(WebhookMessage, IsAlertmanagersVersionFour) {
  const Alert alert{.level = AlertLevel::kError,
                    .trouble = "rest",
                    .message = "JobManager \"gone\"",
                    .began = timestamp_from_ms(1'764'458'303'000),
                    .is_over = false};
  const auto json = nlohmann::json::parse(webhook_message(alert, timestamp_from_ms(1'764'458'400'000), "node01"));
  EXPECT_EQ(json["version"], "4");
  EXPECT_EQ(json["status"], "firing");
  EXPECT_EQ(json["alerts"][0]["labels"]["severity"], "critical");
  EXPECT_EQ(json["alerts"][0]["labels"]["instance"], "node01");
  EXPECT_EQ(json["alerts"][0]["annotations"]["summary"], "JobManager \"gone\"");
  EXPECT_EQ(json["alerts"][0]["startsAt"], "2025-11-29T23:18:23.000Z");
}

TEST(AlertLevel, IsReadInAnyCase) {
  EXPECT_EQ(alert_level_from("info"), AlertLevel::kInfo);
  EXPECT_EQ(alert_level_from("Warning"), AlertLevel::kWarn);
  EXPECT_EQ(alert_level_from("CRITICAL"), AlertLevel::kError);
  EXPECT_EQ(alert_level_from("严重"), AlertLevel::kError);
}

TEST_F(AlertsTest, FoldsAndEndsATroubleThatCannotBeWritten) {
  files.put("/log", "where the folder should be");
  for (int i = 0; i < 3; ++i) alerts().raise(AlertLevel::kError, "disk", "full");
  EXPECT_THAT(sent, ElementsAre("full"));
  ASSERT_TRUE(files.remove("/log").has_value());
  alerts().resolve("disk", "there is room");
  alerts().resolve("disk", "there is room");
  EXPECT_THAT(sent, ElementsAre("full", "over: there is room"));
  EXPECT_FALSE(unwritten);
}

}  // namespace
}  // namespace temblor::elastic
