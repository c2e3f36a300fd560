#include "flink_rest/metrics.h"

#include <gmock/gmock.h>

#include "testing/answer_server.h"

namespace temblor::flink_rest {
namespace {

Metrics metrics_of(const AnswerServer& server) { return Metrics(Http::at(server.address()).value()); }

TEST(MetricsTest, AsksForThoseThatThereAreOnly) {
  AnswerServer server;
  server.answers["GET /jobs/j/vertices/v/subtasks/metrics"] = {
      200, R"([{"id":"numRecordsOut"},{"id":"busyTimeMsPerSecond"},{"id":"Source__a b.numRecordsIn"}])"};
  server.answers
      ["GET /jobs/j/vertices/v/subtasks/metrics?agg=sum,max&get=busyTimeMsPerSecond,Source__a%20b.numRecordsIn"] = {
      200,
      R"([{"id":"busyTimeMsPerSecond","max":"NaN","sum":"NaN"},{"id":"Source__a b.numRecordsIn","max":5.0,"sum":7.0}])"};
  const auto found =
      metrics_of(server).of_vertex("j", "v", [](std::string_view name) { return name != "numRecordsOut"; });
  ASSERT_TRUE(found.has_value()) << found.error().to_line();
  EXPECT_FALSE(found->at("busyTimeMsPerSecond").max.has_value()) << "a source of the old kind is not busy, it is NaN";
  EXPECT_EQ(found->at("Source__a b.numRecordsIn").sum, 7.0);
  EXPECT_EQ(found->at("Source__a b.numRecordsIn").max, 5.0);
}

TEST(MetricsTest, NothingIsKnownOfWhatIsGone) {
  AnswerServer server;
  const auto any = [](std::string_view) { return true; };
  EXPECT_TRUE(metrics_of(server).of_vertex("j", "v", any)->empty());
  EXPECT_TRUE(metrics_of(server).of_task_manager("tm", {"Status.JVM.CPU.Time"})->empty());
  server.answers["GET /jobs/j/vertices/v/subtasks/metrics"] = {200, "[]"};
  EXPECT_TRUE(metrics_of(server).of_vertex("j", "v", any)->empty()) << "the first answer of Flink's";
}

TEST(MetricsTest, ReadsTheTextOfNumbers) {
  AnswerServer server;
  server.answers["GET /taskmanagers/node01%3A44237-a3792b/metrics?get=Status.JVM.CPU.Load,Status.JVM.CPU.Time"] = {
      200, R"([{"id":"Status.JVM.CPU.Load","value":"NaN"},{"id":"Status.JVM.CPU.Time","value":"11990000000"}])"};
  const auto found =
      metrics_of(server).of_task_manager("node01:44237-a3792b", {"Status.JVM.CPU.Load", "Status.JVM.CPU.Time"});
  ASSERT_TRUE(found.has_value()) << found.error().to_line();
  EXPECT_THAT(*found, testing::ElementsAre(testing::Pair("Status.JVM.CPU.Time", 11990000000.0)));
}

TEST(MetricsTest, AnswersOfOthersAreErrors) {
  AnswerServer server;
  server.answers["GET /jobs/j/vertices/v/subtasks/metrics"] = {200, R"({"id":1})"};
  EXPECT_FALSE(metrics_of(server).of_vertex("j", "v", [](std::string_view) { return true; }).has_value());
}

}  // namespace
}  // namespace temblor::flink_rest
