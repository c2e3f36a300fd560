// What becomes of the way into a topic when its queues lose what they had.
#include "connectors/rocketmq/topic_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "testing/sim_topic.h"

namespace temblor::rocketmq {
namespace {

using ::testing::UnorderedElementsAre;

struct TopicLogTest : ::testing::Test {
  TopicLogTest() { spdlog::set_level(spdlog::level::off); }
  ~TopicLogTest() override { spdlog::set_level(spdlog::level::info); }

  /// A new process, which the one before it makes way for.
  TopicLog& start(const std::string* prepared) {
    log.reset();
    log = topic.start();
    const auto opened = log->open(prepared);
    EXPECT_TRUE(opened) << opened.error().to_line();
    return *log;
  }

  void commit(const std::string& prepared, const std::vector<std::string>& keys) {
    const auto anything = log->begin_commit(prepared);
    ASSERT_TRUE(anything) << anything.error().to_line();
    std::vector<KeyedMessage> messages;
    for (const std::string& key : keys) {
      KeyedMessage& message = messages.emplace_back();
      message.queue_by = "S1";
      message.key = key;
      message.body = key;
    }
    const auto sent = log->append(messages);
    ASSERT_TRUE(sent) << sent.error().to_line();
    log->end_commit();
  }

  /// Somebody else, all the time, so that the broker never shows all that it has.
  void write_on() {
    for (int i = 0; i < 100; ++i) topic.broker.put("others", queue, "x");
    topic.network.after(std::chrono::milliseconds(1), [this] { write_on(); });
  }

  std::vector<std::string> stored() {
    std::vector<std::string> bodies;
    for (const auto& message : topic.broker.log(SimTopic::kName, queue)) bodies.push_back(message.body);
    return bodies;
  }

  SimTopic topic{7, {"a"}, 1};
  const Queue queue{.broker = "a", .id = 0};
  std::unique_ptr<TopicLog> log;
};

TEST_F(TopicLogTest, AQueueThatHasLostItsNewestGetsWhatIsCommittedAgainAndNothingTwice) {
  start(nullptr);
  commit(log->prepare().value(), {"a1", "a2", "a3", "a4"});
  const std::string second = log->prepare().value();
  commit(second, {"b1", "b2"});
  topic.broker.lose_newest(SimTopic::kName, queue, 3);  // b1, b2 and, behind what the checkpoint says, a4

  start(&second);
  commit(second, {"b1", "b2"});
  EXPECT_THAT(stored(), UnorderedElementsAre("a1", "a2", "a3", "b1", "b2"));
  // What lies before is no longer looked at: what the next checkpoint says counts again.
  const std::string third = log->prepare().value();
  commit(third, {"c1", "c2"});
  start(&third);
  commit(third, {"c1", "c2"});
  EXPECT_THAT(stored(), UnorderedElementsAre("a1", "a2", "a3", "b1", "b2", "c1", "c2"));
}

TEST_F(TopicLogTest, ALookBackEndsThoughOthersGoOnWriting) {
  start(nullptr);
  const std::string first = log->prepare().value();
  commit(first, {"a1", "a2"});
  start(&first);
  write_on();
  commit(first, {"a1", "a2"});
  EXPECT_THAT(stored(), UnorderedElementsAre("a1", "a2"));
}

}  // namespace
}  // namespace temblor::rocketmq
