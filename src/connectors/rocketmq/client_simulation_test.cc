// Producer and pullers against a simulated cluster in which everything goes wrong, for many seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "connectors/rocketmq/broker_admin.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "testing/sim_broker.h"
#include "testing/sim_network.h"

namespace temblor::rocketmq {
namespace {

constexpr char kTopic[] = "topic";
constexpr std::int32_t kQueues = 2;

/// A cluster of two brokers and a client of it.
class World {
 public:
  explicit World(std::uint64_t seed, const std::vector<Endpoint>& name_servers = {SimBroker::name_server()}) {
    auto network = std::make_unique<SimNetwork>(clock_, seed);
    network_ = network.get();
    broker_ = std::make_unique<SimBroker>(*network_, std::vector<std::string>{"a", "b"});
    broker_->create_topic(kTopic, kQueues);
    ClientConfig config{.name_servers = name_servers, .client_id = "sim", .producer_groups = {"producers"}};
    config.seed = seed;
    client_ = std::make_unique<Client>(std::move(config), std::move(network));
  }

  SimNetwork& network() { return *network_; }
  SimBroker& broker() { return *broker_; }
  Client& client() { return *client_; }

  /// Polls until something other than kAsking and, where `past` says so, kUnavailable comes.
  Pulled poll(Puller& puller, bool past_unavailable = true) {
    for (int i = 0; i < 20'000; ++i) {
      Pulled pulled = puller.poll(Milliseconds(5));
      if (pulled.status == PullStatus::kAsking) continue;
      if (pulled.status == PullStatus::kUnavailable && past_unavailable) continue;
      return pulled;
    }
    ADD_FAILURE() << "no answer for 100 s";
    return {};
  }

 private:
  SimClock clock_;
  SimNetwork* network_ = nullptr;
  std::unique_ptr<SimBroker> broker_;
  std::unique_ptr<Client> client_;
};

/// Reads a queue while things go wrong, and then to its end.
void expect_read_whole(World& world, const Queue& queue) {
  const auto& log = world.broker().log(kTopic, queue);
  Puller puller(world.client(), {.topic = kTopic, .queue = queue, .group = "g", .prefetch_bytes = 500});
  MessageDecoder decoder;
  std::size_t read = 0;
  for (int polls = 0; read < log.size(); ++polls) {
    ASSERT_LT(polls, 100'000);
    const Pulled pulled = world.poll(puller);
    if (pulled.status == PullStatus::kNothingYet) continue;
    ASSERT_EQ(pulled.status, PullStatus::kMessages);
    decoder.begin(pulled.body);
    MessageView message;
    while (decoder.next(message) == MessageDecoder::Next::kMessage) {
      ASSERT_LT(read, log.size());
      ASSERT_EQ(message.offset, static_cast<Offset>(read));
      ASSERT_EQ(message.body, log[read].body);
      ++read;
    }
    ASSERT_EQ(pulled.next_offset, static_cast<Offset>(read));
  }
}

void run(std::uint64_t seed, bool resend_unknown) {
  World world(seed);
  SimNetwork& network = world.network();
  auto producer = Producer::open(world.client(), {.topic = kTopic,
                                                  .group = "producers",
                                                  .batch_messages = 2 + network.random(30),
                                                  .requests_per_queue = 1 + network.random(3),
                                                  .buffer_bytes = 1000 + network.random(100'000),
                                                  .resend_unknown = resend_unknown,
                                                  .patience = Milliseconds(120'000)});
  ASSERT_TRUE(producer) << producer.error().to_line();
  world.broker().set_faults({.drop = network.random(60),
                             .duplicate = network.random(60),
                             .delay = network.random(60),
                             .busy = network.random(60),
                             .cut = network.random(60),
                             .restart = network.random(20)});
  std::map<std::string, int> fates;  // body -> SendState
  for (int call = 0; call < 4; ++call) {
    std::vector<std::string> bodies;
    for (std::uint32_t i = 0; i < network.random(200); ++i) bodies.push_back(fmt::format("{}.{}", call, i));
    std::vector<OutgoingMessage> messages;
    for (const std::string& body : bodies) messages.push_back({.key = body, .body = body, .properties = {}});
    const SendReport report = (*producer)->send(messages);
    ASSERT_EQ(report.messages.size(), messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Sent& sent = report.messages[i];
      fates[bodies[i]] = static_cast<int>(sent.state);
      ASSERT_EQ(sent.queue, queue_of_key(bodies[i], (*producer)->queues().size()));
      if (sent.state != SendState::kAcknowledged) continue;
      const auto& log = world.broker().log(kTopic, (*producer)->queues()[sent.queue]);
      ASSERT_LT(static_cast<std::size_t>(sent.offset), log.size());
      ASSERT_EQ(log[static_cast<std::size_t>(sent.offset)].body, bodies[i]);
    }
  }
  for (const Queue& queue : (*producer)->queues()) expect_read_whole(world, queue);
  std::map<std::string, int> stored;
  for (const Queue& queue : (*producer)->queues()) {
    for (const auto& message : world.broker().log(kTopic, queue)) ++stored[message.body];
  }
  for (const auto& [body, fate] : fates) {
    if (fate == static_cast<int>(SendState::kNotStored)) {
      EXPECT_EQ(stored[body], 0) << body;
    } else if (resend_unknown) {
      EXPECT_GE(stored[body], 1) << body;
      EXPECT_EQ(fate, static_cast<int>(SendState::kAcknowledged)) << body;
    } else {
      EXPECT_LE(stored[body], 1) << body;
    }
  }
}

TEST(ClientSimulation, NothingIsLostAndFatesAreTrue) {
  const std::uint64_t seeds = std::getenv("TEMBLOR_SOAK") != nullptr ? 20'000 : 3000;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    run(seed, seed % 2 == 0);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

TEST(ClientSimulation, AnEmptyQueueIsToldFromABrokerThatIsDown) {
  World world(1);
  const Queue queue{.broker = "a", .id = 0};
  Puller puller(world.client(), {.topic = kTopic, .queue = queue, .group = "g"});
  ASSERT_EQ(world.poll(puller, false).status, PullStatus::kNothingYet);
  // It stays so while the pull is held, for longer than a proof is believed.
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(puller.poll(Milliseconds(5)).status, PullStatus::kNothingYet) << i;
  world.broker().stop("a");
  world.broker().stop("b");
  ASSERT_EQ(puller.poll(Milliseconds(3000)).status, PullStatus::kUnavailable);
  for (int i = 0; i < 2000; ++i) ASSERT_NE(puller.poll(Milliseconds(5)).status, PullStatus::kNothingYet);
  world.broker().start("a");
  EXPECT_EQ(world.poll(puller).status, PullStatus::kNothingYet);
}

TEST(ClientSimulation, ATopicIsUnknownOnlyWhereBrokersAre) {
  World world(1);
  const auto missing = world.client().queues("missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().blame, Blame::kUser) << missing.error().to_line();
  world.broker().stop("a");
  world.broker().stop("b");
  const auto down = world.client().queues("missing");
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().blame, Blame::kWorld) << down.error().to_line();
}

TEST(ClientSimulation, ANameServerThatKnowsNothingYetIsNotTheOnlyOneAsked) {
  const Endpoint fresh{.host = "fresh", .port = 9876};
  const Endpoint mad{.host = "mad", .port = 9876};
  const Endpoint down{.host = "down", .port = 9876};
  World world(5, {fresh, mad, down, SimBroker::name_server()});
  const auto always = [](std::int32_t code, const char* body) {
    return [code, body](std::uint64_t, const Frame& request, const SimNetwork::Reply& reply) {
      std::string bytes;
      append_answer(code, request.opaque, "", {}, body, bytes);
      reply(bytes);
    };
  };
  world.network().listen(fresh, always(response::kTopicNotExist, ""));
  world.network().listen(mad, always(response::kSuccess, "<html></html>"));
  EXPECT_EQ(world.client().queues(kTopic).value().size(), 2U * kQueues);

  world.network().listen(fresh, always(response::kSuccess, R"({"brokerAddrTable":{},"clusterAddrTable":{}})"));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(BrokerAdmin(world.client()).brokers().value().size(), 2U);

  // Where nobody knows a topic, that is believed.
  world.network().listen(fresh, always(response::kTopicNotExist, ""));
  const auto missing = world.client().queues("missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().blame, Blame::kUser);
}

TEST(ClientSimulation, AFrameThatNeverEndsCostsOneConnection) {
  World world(6);
  int requests = 0;
  world.network().listen({.host = "a", .port = 10911},
                         [&](std::uint64_t, const Frame& request, const SimNetwork::Reply& reply) {
                           std::string bytes;
                           append_answer(response::kSuccess, request.opaque, "", {{"offset", "5"}}, "", bytes);
                           if (++requests == 2) bytes[0] = '\0', bytes[1] = '\x7f';  // the length, behind a greeting
                           reply(bytes);
                         });
  QueueOffsets offsets(world.client(), kTopic);
  const auto end = offsets.max({.broker = "a", .id = 0});
  ASSERT_TRUE(end) << end.error().to_line();
  EXPECT_EQ(*end, 5);
}

TEST(ClientSimulation, DeletedMessagesAreAnEvent) {
  World world(7);
  auto producer = Producer::open(world.client(), {.topic = kTopic, .group = "producers"});
  ASSERT_TRUE(producer);
  const std::vector<OutgoingMessage> messages(50, {.key = "k", .body = "b", .properties = {}});
  const SendReport report = (*producer)->send(messages);
  const Queue queue = (*producer)->queues()[report.messages[0].queue];
  world.broker().forget_before(kTopic, queue, 20);
  Puller puller(world.client(), {.topic = kTopic, .queue = queue, .group = "g", .offset = 5});
  const Pulled moved = world.poll(puller);
  ASSERT_EQ(moved.status, PullStatus::kOffsetMoved);
  EXPECT_EQ(moved.offset, 5);
  EXPECT_EQ(moved.min_offset, 20);
  EXPECT_EQ(moved.next_offset, 20);
  puller.seek(moved.next_offset);
  Pulled found = world.poll(puller);
  while (found.status == PullStatus::kNothingYet) found = world.poll(puller);
  EXPECT_EQ(found.status, PullStatus::kMessages);
  EXPECT_EQ(found.offset, 20);
}

TEST(ClientSimulation, ProducersAreListedFromBeforeTheirFirstMessage) {
  World world(3);
  BrokerAdmin admin(world.client());
  auto producer = Producer::open(world.client(), {.topic = kTopic, .group = "producers"});
  ASSERT_TRUE(producer);
  const std::vector<OutgoingMessage> messages(1, {.key = "k", .body = "b", .properties = {}});
  ASSERT_FALSE((*producer)->send(messages).error);
  const auto listed = admin.producer_connections("producers");
  ASSERT_TRUE(listed) << listed.error().to_line();
  EXPECT_FALSE(listed->empty());
  const auto others = admin.producer_connections("others");
  ASSERT_TRUE(others) << others.error().to_line();
  EXPECT_TRUE(others->empty());
}

TEST(ClientSimulation, KeepsGroupOffsets) {
  World world(4);
  QueueOffsets offsets(world.client(), kTopic);
  const Queue queue{.broker = "b", .id = 1};
  world.broker().set_faults({.drop = 100, .busy = 100, .cut = 100});
  EXPECT_EQ(offsets.committed(queue, "g").value(), std::nullopt);
  ASSERT_TRUE(offsets.commit(queue, "g", 17));
  EXPECT_EQ(offsets.committed(queue, "g").value(), 17);
  EXPECT_EQ(offsets.max(queue).value(), 0);
}

TEST(QueueOfKey, IsTheSameEverywhere) {
  EXPECT_EQ(queue_of_key("S001", 8), hash_bytes("S001", 0) % 8);
  EXPECT_EQ(hash_bytes("S001", 0), XXH3_64bits("S001", 4));
  EXPECT_EQ(queue_of_key("anything", 1), 0U);
}

}  // namespace
}  // namespace temblor::rocketmq
