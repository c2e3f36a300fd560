#include "connectors/rocketmq/topic_route.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace temblor::rocketmq {
namespace {

TEST(TopicRoute, IsReadAsNameServersWriteIt) {
  const auto route =
      parse_route(R"({"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:1",1:"127.0.0.1:2"},"brokerName":"a"},)"
                  R"({"brokerAddrs":{1:"127.0.0.1:3"},"brokerName":"b{0:"}],)"
                  R"("queueDatas":[{"brokerName":"a","perm":6,"readQueueNums":2,"writeQueueNums":1},)"
                  R"({"brokerName":"b{0:","perm":4,"readQueueNums":1,"writeQueueNums":1}]})",
                  "t");
  ASSERT_TRUE(route) << route.error().to_line();
  EXPECT_EQ(route->readable, (std::vector<Queue>{{"a", 0}, {"a", 1}, {"b{0:", 0}}));
  EXPECT_EQ(route->writable, (std::vector<Queue>{{"a", 0}}));
  ASSERT_EQ(route->masters.size(), 1U);
  EXPECT_EQ(route->masters.at("a").to_string(), "127.0.0.1:1");
}

TEST(TopicRoute, OddPartsAreLeftOut) {
  const auto route =
      parse_route(R"({"brokerDatas":[7,{"brokerAddrs":{"0":"nowhere"},"brokerName":"a"},{"brokerName":"b"}],)"
                  R"("queueDatas":["x",{"brokerName":"a","perm":6,"readQueueNums":100000,"writeQueueNums":-1}]})",
                  "t");
  ASSERT_TRUE(route) << route.error().to_line();
  EXPECT_EQ(route->readable.size(), static_cast<std::size_t>(limits::kRocketmqQueues));
  EXPECT_TRUE(route->writable.empty());
  EXPECT_TRUE(route->masters.empty());
}

TEST(TopicRoute, GarbageIsAnError) {
  const std::string bad[] = {"",
                             "<html></html>",
                             "[]",
                             "{",
                             std::string(limits::kRocketmqJsonBytes + 1, '['),
                             "{\"queueDatas\":[" + std::string(limits::kRocketmqJsonBytes, ' ') + "]}"};
  for (const std::string& body : bad) {
    for (const Error& error : {parse_route(body, "there").error(), parse_cluster(body, "there").error()}) {
      EXPECT_EQ(error.blame, Blame::kWorld);
      EXPECT_EQ(error.where, "there");
      EXPECT_FALSE(error.remedy.empty());
    }
  }
}

}  // namespace
}  // namespace temblor::rocketmq
