// Against real servers: TEMBLOR_ROCKETMQ names a name server, host:port. Skipped where it is not set.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/clock.h"
#include "connectors/rocketmq/broker_admin.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"

namespace temblor::rocketmq {
namespace {

class Live : public testing::Test {
 protected:
  void SetUp() override {
    const char* server = std::getenv("TEMBLOR_ROCKETMQ");
    if (server == nullptr) GTEST_SKIP() << "TEMBLOR_ROCKETMQ is not set";
    ClientConfig config{.name_servers = {*Endpoint::parse(server)},
                        .client_id = "live_test",
                        .producer_groups = {"live_producers"},
                        .consumer_groups = {"live"}};
    client_ = std::make_unique<Client>(std::move(config), clock_);
    topic_ = fmt::format("live_{}_{}", clock_.now().time_since_epoch().count(),
                         testing::UnitTest::GetInstance()->current_test_info()->name());
    const auto made = BrokerAdmin(*client_).create_topic(topic_, kQueues);
    ASSERT_TRUE(made) << made.error().to_line();
  }
  void TearDown() override {
    if (client_ != nullptr) {
      const auto gone = BrokerAdmin(*client_).delete_topic(topic_);
      EXPECT_TRUE(gone) << gone.error().to_line();
    }
  }

  /// The bodies of `count` messages of a queue from `offset` on, behind which there is nothing more. Messages that were
  /// acknowledged may become readable later.
  std::vector<std::string> read(const Queue& queue, std::size_t count, Offset offset = 0) {
    Puller puller(*client_, {.topic = topic_, .queue = queue, .group = "live", .offset = offset});
    std::vector<std::string> bodies;
    MessageDecoder decoder;
    for (int polls = 0; polls < 5000; ++polls) {
      const Pulled pulled = puller.poll(Milliseconds(5));
      if (pulled.status == PullStatus::kNothingYet && bodies.size() >= count) return bodies;
      EXPECT_FALSE(pulled.error) << pulled.error->to_line();
      decoder.begin(pulled.body);
      MessageView message;
      while (decoder.next(message) == MessageDecoder::Next::kMessage) {
        EXPECT_EQ(message.status, BodyStatus::kGood);
        EXPECT_EQ(message.offset, offset + static_cast<Offset>(bodies.size()));
        EXPECT_EQ(message.queue_id, queue.id);
        EXPECT_EQ(message.topic, topic_);
        EXPECT_TRUE(find_property(message.properties, "KEYS"));
        bodies.emplace_back(message.body);
      }
      EXPECT_TRUE(decoder.rest().empty());
    }
    ADD_FAILURE() << "the queue does not end";
    return bodies;
  }

  static constexpr int kQueues = 8;
  SystemClock clock_;
  std::unique_ptr<Client> client_;
  std::string topic_;
};

TEST_F(Live, SendsBatchesAndReadsThemInOrder) {
  auto producer = Producer::open(*client_, {.topic = topic_, .group = "live_producers"});
  ASSERT_TRUE(producer) << producer.error().to_line();
  ASSERT_EQ((*producer)->queues().size(), kQueues);
  std::map<Queue, std::vector<std::string>> sent;
  constexpr std::size_t kMessages = 20'000;
  std::string properties;
  append_property(properties, kKeysProperty, "some key");
  std::vector<std::string> keys;
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < kMessages; ++i) {
    keys.push_back(fmt::format("S{:03}", i % 97));
    bodies.push_back(fmt::format("message {}", i));
  }
  std::vector<OutgoingMessage> messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    messages.push_back({.key = keys[i], .body = bodies[i], .properties = properties});
    sent[(*producer)->queues()[queue_of_key(keys[i], kQueues)]].push_back(bodies[i]);
  }
  const SendReport report = (*producer)->send(messages);
  EXPECT_FALSE(report.error) << report.error->to_line();
  std::map<std::uint32_t, Offset> next;
  for (const Sent& message : report.messages) {
    ASSERT_EQ(message.state, SendState::kAcknowledged);
    ASSERT_EQ(message.offset, next[message.queue]++);
  }
  for (const auto& [queue, expected] : sent) EXPECT_EQ(read(queue, expected.size()), expected);
}

TEST_F(Live, SendsMessagesOnTheirOwn) {
  auto producer = Producer::open(
      *client_, {.topic = topic_, .group = "live_producers", .batch_messages = 1, .requests_per_queue = 64});
  ASSERT_TRUE(producer) << producer.error().to_line();
  std::string properties;
  append_property(properties, kKeysProperty, "k \"quoted\" \\");
  for (int i = 0; i < 2000; ++i) {
    const auto added = (*producer)->add({.key = "one", .body = std::to_string(i), .properties = properties});
    ASSERT_TRUE(added) << added.error().to_line();
  }
  const auto flushed = (*producer)->flush();
  ASSERT_TRUE(flushed) << flushed.error().to_line();
  EXPECT_EQ(read((*producer)->queues()[queue_of_key("one", kQueues)], 2000).size(), 2000U);
}

TEST_F(Live, KnowsOffsets) {
  const auto queues = client_->queues(topic_);
  ASSERT_TRUE(queues) << queues.error().to_line();
  ASSERT_EQ(queues->size(), kQueues);
  auto producer = Producer::open(*client_, {.topic = topic_, .group = "live_producers"});
  ASSERT_TRUE(producer);
  std::string properties;
  append_property(properties, kKeysProperty, "k");
  const Timestamp before = clock_.now();
  const std::vector<OutgoingMessage> messages(100, {.key = "key", .body = "body", .properties = properties});
  const SendReport report = (*producer)->send(messages);
  ASSERT_FALSE(report.error) << report.error->to_line();
  const Queue queue = (*producer)->queues()[report.messages[0].queue];
  EXPECT_EQ(read(queue, 100).size(), 100U);
  QueueOffsets offsets(*client_, topic_);
  EXPECT_EQ(offsets.min(queue).value(), 0);
  EXPECT_EQ(offsets.max(queue).value(), 100);
  EXPECT_EQ(offsets.at(queue, before).value(), 0);
  EXPECT_EQ(offsets.committed(queue, "live").value(), std::nullopt);
  const auto committed = offsets.commit(queue, "live", 42);
  ASSERT_TRUE(committed) << committed.error().to_line();
  EXPECT_EQ(offsets.committed(queue, "live").value(), 42);
  EXPECT_EQ(read(queue, 40, 60).size(), 40U);

  Puller beyond(*client_, {.topic = topic_, .queue = queue, .group = "live", .offset = 1000});
  Pulled pulled;
  for (int i = 0; i < 2000 && pulled.status != PullStatus::kOffsetMoved; ++i) pulled = beyond.poll(Milliseconds(5));
  ASSERT_EQ(pulled.status, PullStatus::kOffsetMoved);
  EXPECT_EQ(pulled.max_offset, 100);
  beyond.seek(99);
  do pulled = beyond.poll(Milliseconds(5));
  while (pulled.status == PullStatus::kAsking);
  EXPECT_EQ(pulled.status, PullStatus::kMessages);
  EXPECT_EQ(pulled.next_offset, 100);
}

TEST_F(Live, ListsProducersAndBrokers) {
  BrokerAdmin admin(*client_);
  const auto brokers = admin.brokers();
  ASSERT_TRUE(brokers) << brokers.error().to_line();
  ASSERT_FALSE(brokers->empty());
  const auto ends = admin.log_ends(brokers->begin()->first);
  ASSERT_TRUE(ends) << ends.error().to_line();
  EXPECT_GT(ends->stored, 0U);
  EXPECT_LE(ends->readable, ends->stored);
  const auto mine = admin.producer_connections("live_producers");
  ASSERT_TRUE(mine) << mine.error().to_line();
  EXPECT_EQ(std::count_if(mine->begin(), mine->end(), [](const auto& c) { return c.client_id == "live_test"; }),
            static_cast<std::ptrdiff_t>(brokers->size()));
  const auto none = admin.producer_connections("nobody");
  ASSERT_TRUE(none) << none.error().to_line();
  EXPECT_TRUE(none->empty());
  const auto unknown = client_->queues("no_such_topic");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().blame, Blame::kUser) << unknown.error().to_line();
}

}  // namespace
}  // namespace temblor::rocketmq
