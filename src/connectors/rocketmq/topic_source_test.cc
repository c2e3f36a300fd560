// A topic as a source, over a simulated cluster.
#include "connectors/rocketmq/topic_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "connectors/rocketmq/message.h"
#include "connectors/rocketmq/pack_property.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "connectors/rocketmq/queue_position.h"
#include "schema/serializer.h"
#include "testing/memory_file_system.h"
#include "testing/sim_broker.h"
#include "testing/sim_transport.h"
#include "testing/stored_message.h"

namespace temblor::rocketmq {
namespace {

constexpr char kTopic[] = "records";
constexpr char kSplit[] = "rocketmq:records/a/0";
const Queue kQueue{.broker = "a", .id = 0};

class TopicSourceTest : public testing::Test {
 protected:
  TopicSourceTest() : network_(clock_, 1), broker_(network_, {"a"}) { broker_.create_topic(kTopic, 1); }

  std::unique_ptr<Client> client() {
    ClientConfig config;
    config.name_servers = {SimBroker::name_server()};
    config.client_id = "test";
    return std::make_unique<Client>(std::move(config), std::make_unique<SimTransport>(network_, never_));
  }

  std::unique_ptr<TopicSource> source(TopicSource::Settings settings = {}) {
    settings.uri = "rocketmq://sim/records";
    settings.topic = {.name_servers = {SimBroker::name_server()}, .topic = kTopic};
    settings.group = "g";
    return std::make_unique<TopicSource>(std::move(settings), environment_, client());
  }

  /// Sends bodies, each a message, or in packs of so many; returns when the broker shows them.
  void send(const std::vector<std::string>& records, std::size_t pack = 1) {
    send_at_once(records, pack);
    sleeper_.sleep_for(std::chrono::seconds(10));
  }

  void send_at_once(const std::vector<std::string>& records, std::size_t pack = 1) {
    const auto sender = client();
    auto producer = Producer::open(*sender, {.topic = kTopic, .group = "p"});
    ASSERT_TRUE(producer) << producer.error().to_line();
    for (std::size_t begin = 0; begin < records.size(); begin += pack) {
      const std::size_t end = std::min(begin + pack, records.size());
      std::string body;
      std::string properties;
      for (std::size_t i = begin; i < end; ++i) {
        if (pack == 1) {
          body = records[i];
        } else {
          append_delimited(records[i], body);
        }
      }
      if (pack != 1) append_property(properties, kPackProperty, std::to_string(end - begin));
      ASSERT_TRUE((*producer)->add({.key = "k", .body = body, .properties = properties}));
    }
    ASSERT_TRUE((*producer)->flush());
  }

  static std::vector<std::string> numbered(int count) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i) records.push_back(fmt::format("record {}", i));
    return records;
  }

  /// Polls, and rests where nothing came, as a worker does.
  Result<PollStatus> poll(SplitReader& reader, SourceBatch& batch, std::size_t max_records) {
    const auto status = reader.poll(batch, max_records);
    if (batch.messages.empty()) sleeper_.sleep_for(Milliseconds(1));
    return status;
  }

  /// Reads on until nothing more comes, in batches of `max_records`.
  std::vector<std::string> read(SplitReader& reader, std::size_t max_records = 1000) {
    std::vector<std::string> records;
    SourceBatch batch;
    for (int polls = 0; polls < 20'000; ++polls) {
      const auto status = poll(reader, batch, max_records);
      EXPECT_TRUE(status) << status.error().to_line();
      if (!status) break;
      EXPECT_LE(batch.messages.size(), max_records);
      for (const Message& message : batch.messages) records.emplace_back(message.bytes);
      if (*status == PollStatus::kEnd || *status == PollStatus::kNothingYet) return records;
    }
    ADD_FAILURE() << "no end";
    return records;
  }

  std::unique_ptr<SplitReader> open(TopicSource& source, const SplitPosition* position = nullptr) {
    EXPECT_TRUE(source.discover());
    auto reader = source.open(kSplit, position, {});
    EXPECT_TRUE(reader) << reader.error().to_line();
    return reader ? *std::move(reader) : nullptr;
  }

  SimClock clock_;
  MemoryFileSystem files_;
  SimNetwork network_;
  SimNetworkClock sleeper_{clock_, network_};
  Environment environment_{.clock = sleeper_, .files = files_, .hash_seed = 5};
  SimBroker broker_;
  std::optional<std::chrono::nanoseconds> never_;
};

TEST_F(TopicSourceTest, ReadsQueuesAsSplits) {
  send(numbered(50));
  const auto topic = source();
  EXPECT_EQ(topic->discover().value(), std::vector<SplitId>{kSplit});
  const auto reader = open(*topic);
  EXPECT_EQ(read(*reader), numbered(50));
  EXPECT_EQ(reader->position().offset, 50);
  EXPECT_EQ(reader->pending(), 0U);
  send({"one more"});
  EXPECT_EQ(read(*reader), std::vector<std::string>{"one more"});
}

TEST_F(TopicSourceTest, GoesOnFromEachPosition) {
  send(numbered(10));
  send(numbered(10), 4);
  const auto topic = source();
  std::vector<std::string> all = numbered(10);
  for (const std::string& record : numbered(10)) all.push_back(record);
  for (const std::size_t size : {1U, 3U, 7U}) {
    const auto reader = open(*topic);
    std::vector<std::string> records;
    SourceBatch batch;
    while (records.size() < all.size()) {
      ASSERT_TRUE(poll(*reader, batch, size));
      for (const Message& message : batch.messages) records.emplace_back(message.bytes);
      const SplitPosition position = reader->position();
      const auto again = open(*topic, &position);
      std::vector<std::string> both = records;
      for (const std::string& record : read(*again)) both.push_back(record);
      ASSERT_EQ(both, all) << records.size() << " in batches of " << size;
    }
  }
}

TEST_F(TopicSourceTest, EndsWhereItEndedWhenTheJobBegan) {
  send(numbered(5));
  const auto topic = source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = true});
  auto reader = open(*topic);
  send({"too late"});
  SourceBatch batch;
  EXPECT_EQ(read(*reader, 2), numbered(5));
  EXPECT_EQ(poll(*reader, batch, 10).value(), PollStatus::kEnd);
  const SplitPosition position = reader->position();
  EXPECT_EQ(position.offset, 5);
  EXPECT_EQ(read(*open(*topic, &position)).size(), 0U);
  const auto unbounded = source();
  ASSERT_TRUE(unbounded->discover());
  EXPECT_EQ(unbounded->open(kSplit, &position, {}).error().blame, Blame::kUser);
}

TEST_F(TopicSourceTest, StartsWhereItIsTold) {
  send(numbered(5));
  send({"later"});
  using Start = TopicSource::Start;
  const auto records = [&](Start start) {
    const auto topic = source({.uri = {}, .topic = {}, .group = {}, .start = start});
    return read(*open(*topic)).size();
  };
  EXPECT_EQ(records({.from = Start::From::kEarliest}), 6U);
  EXPECT_EQ(records({.from = Start::From::kLatest}), 0U);
  EXPECT_EQ(records({.from = Start::From::kGroup}), 6U);
  const auto owner = client();
  ASSERT_TRUE(QueueOffsets(*owner, kTopic).commit(kQueue, "g", 2));
  EXPECT_EQ(records({.from = Start::From::kGroup}), 4U);
}

TEST_F(TopicSourceTest, AQueueThatAppearsLaterIsReadFromTheJobsStart) {
  const auto topic =
      source({.uri = {}, .topic = {}, .group = {}, .start = {.from = TopicSource::Start::From::kLatest}});
  ASSERT_TRUE(topic->discover());
  topic->resume();
  send(numbered(2));
  const Timestamp job_start = clock_.now();
  send(numbered(3));
  auto reader = topic->open(kSplit, nullptr, {job_start});
  ASSERT_TRUE(reader) << reader.error().to_line();
  EXPECT_EQ(read(**reader), numbered(3));
}

TEST_F(TopicSourceTest, DeletedMessagesAreSkippedOrStopTheJob) {
  send(numbered(30));
  broker_.forget_before(kTopic, kQueue, 20);
  const QueuePosition asked{.offset = 7, .records = 0, .stored = clock_.now(), .end = {}};
  const SplitPosition position = asked.to_split_position();
  const auto lenient = source();
  const auto rest = read(*open(*lenient, &position));
  EXPECT_EQ(rest.size(), 10U);
  EXPECT_EQ(rest.front(), "record 20");
  const auto strict =
      source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = false, .pull = 10, .stop_at_loss = true});
  const auto reader = open(*strict, &position);
  SourceBatch batch;
  Result<PollStatus> status = PollStatus::kUnavailable;
  for (int i = 0; i < 1000 && status; ++i) status = poll(*reader, batch, 10);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().what.find("13 messages, 7 to 19"), std::string::npos) << status.error().to_line();
}

/// A queue of ten messages, of which the broker finds two only, as where a file of them is gone.
TEST_F(TopicSourceTest, MessagesThatABrokerPassesOverAreNoted) {
  network_.listen({.host = "a", .port = 10911}, [&](std::uint64_t, const Frame& request,
                                                    const SimNetwork::Reply& reply) {
    const auto offset = request.number("queueOffset").value_or(0);
    std::string body;
    if (offset < 2) append_stored({.offset = 1, .body = "one", .topic = kTopic}, body);
    if (offset < 2) append_stored({.offset = 3, .body = "three", .topic = kTopic}, body);
    const auto next = offset < 2 ? "6" : "10";
    std::string bytes;
    append_answer(offset < 2 ? response::kSuccess : response::kPullNotFound, request.opaque, "",
                  {{"nextBeginOffset", next}, {"minOffset", "0"}, {"maxOffset", "10"}, {"offset", "0"}}, body, bytes);
    reply(bytes);
  });
  const auto lenient = source();
  const auto reader = open(*lenient);
  EXPECT_EQ(read(*reader), (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(reader->position().offset, 10);

  const auto strict =
      source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = false, .pull = 10, .stop_at_loss = true});
  for (const auto& [begin, lost] : {std::pair<Offset, std::string>{0, "1 messages, 0 to 0"},
                                    {1, "1 messages, 2 to 2"},
                                    {4, "6 messages, 4 to 9"}}) {
    const QueuePosition asked{.offset = begin, .records = 0, .stored = clock_.now(), .end = {}};
    const SplitPosition position = asked.to_split_position();
    const auto stopped = open(*strict, &position);
    SourceBatch batch;
    Result<PollStatus> status = PollStatus::kUnavailable;
    for (int i = 0; i < 1000 && status; ++i) status = poll(*stopped, batch, 10);
    ASSERT_FALSE(status) << begin;
    EXPECT_NE(status.error().what.find(lost), std::string::npos) << status.error().to_line();
  }
}

TEST_F(TopicSourceTest, TellsTheBrokerWhatACheckpointHolds) {
  const auto topic = source();
  ASSERT_TRUE(topic->discover());
  topic->acknowledge(kSplit, {.offset = 17, .state = "0 0"});
  SimNetworkClock(clock_, network_).sleep_for(std::chrono::seconds(3));
  const auto owner = client();
  EXPECT_EQ(QueueOffsets(*owner, kTopic).committed(kQueue, "g").value(), 17);
}

TEST_F(TopicSourceTest, BytesThatAreNoPackAreRefusedOnce) {
  std::string properties;
  append_property(properties, kPackProperty, "3");
  const auto sender = client();
  auto producer = Producer::open(*sender, {.topic = kTopic, .group = "p"});
  ASSERT_TRUE(producer);
  ASSERT_TRUE((*producer)->add({.key = "k", .body = std::string("\x02hi\x7Fthere", 9), .properties = properties}));
  ASSERT_TRUE((*producer)->flush());
  send({"good"});
  const auto topic = source();
  const auto reader = open(*topic);
  std::vector<std::string> records;
  std::vector<Refusal> refusals;
  SourceBatch batch;
  while (records.size() < 2) {
    ASSERT_TRUE(poll(*reader, batch, 10));
    for (const Message& message : batch.messages) records.emplace_back(message.bytes);
    for (const Refusal& refusal : batch.refusals) {
      EXPECT_EQ(refusal.bytes, "\x7Fthere");
      refusals.push_back(refusal);
    }
  }
  EXPECT_EQ(records, (std::vector<std::string>{"hi", "good"}));
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].reason, Rejection::kFrame);
  EXPECT_EQ(refusals[0].offset, 0);
  EXPECT_EQ(refusals[0].end_offset, 1);
}

TEST_F(TopicSourceTest, JudgesTheRestOfAPackByItsOwnTime) {
  send(numbered(10), 10);
  const auto topic = source();
  const auto reader = open(*topic);
  SourceBatch batch;
  while (batch.messages.empty()) ASSERT_TRUE(poll(*reader, batch, 4));
  const Timestamp reference = batch.reference;
  EXPECT_GT(reference, Timestamp{});
  batch.reference = kLatest;  // another split's, in the same worker
  ASSERT_TRUE(poll(*reader, batch, 4));
  EXPECT_EQ(batch.messages.size(), 4U);
  EXPECT_EQ(batch.reference, reference);
}

TEST_F(TopicSourceTest, EndsBehindAllThatWasAcknowledged) {
  std::size_t sent = 0;
  for (int round = 0; round < 30; ++round) {  // a broker shows messages early or late
    send_at_once(numbered(5));
    const auto topic = source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = true});
    EXPECT_EQ(read(*open(*topic)).size(), sent += 5);
  }
}

TEST_F(TopicSourceTest, StopsWhereTheBrokerHasLostTheRestIfThatIsWanted) {
  send(numbered(5));
  const SplitPosition position = QueuePosition{.offset = 2, .records = 0, .stored = {}, .end = 9}.to_split_position();
  const auto topic =
      source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = true, .pull = 10, .stop_at_loss = true});
  const auto reader = open(*topic, &position);
  SourceBatch batch;
  Result<PollStatus> status = PollStatus::kUnavailable;
  for (int i = 0; i < 20'000 && status && *status != PollStatus::kEnd; ++i) status = poll(*reader, batch, 10);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().to_line(), testing::HasSubstr("4 messages, 5 to 8"));
}

TEST_F(TopicSourceTest, EndsWhereTheBrokerHasLostTheRest) {
  send(numbered(5));
  const SplitPosition position = QueuePosition{.offset = 2, .records = 0, .stored = {}, .end = 9}.to_split_position();
  const auto topic = source({.uri = {}, .topic = {}, .group = {}, .start = {}, .bounded = true});
  const auto reader = open(*topic, &position);
  SourceBatch batch;
  Result<PollStatus> status = PollStatus::kUnavailable;
  std::size_t records = 0;
  for (int i = 0; i < 20'000 && status && *status != PollStatus::kEnd; ++i) {
    status = poll(*reader, batch, 10);
    records += batch.messages.size();
  }
  EXPECT_EQ(status.value(), PollStatus::kEnd);
  EXPECT_EQ(records, 3U);
}

TEST_F(TopicSourceTest, GoesOnWithoutItsServersWhereACheckpointKnowsTheQueues) {
  const auto topic = source();
  broker_.stop("a");
  EXPECT_FALSE(topic->discover());
  topic->resume();
  EXPECT_EQ(topic->discover().value(), std::vector<SplitId>());
  EXPECT_TRUE(topic->awaits(kSplit));
  EXPECT_FALSE(topic->awaits("rocketmq:other/a/0"));
  EXPECT_FALSE(topic->awaits("file:/data"));
}

TEST(QueuePosition, ComesBackAsItWas) {
  for (const QueuePosition& position :
       {QueuePosition{}, QueuePosition{.offset = 7, .records = 3, .stored = {}, .end = 9},
        QueuePosition{.offset = 1, .records = 0, .stored = kLatest, .end = {}}}) {
    EXPECT_EQ(QueuePosition::from(position.to_split_position(), "s").value(), position);
  }
  for (const char* state : {"", "1", "x 1", "1 2 3 4", "1 2 x", "1  2", "1 2 ", "-1 2"}) {
    EXPECT_FALSE(QueuePosition::from({.offset = 0, .state = state}, "s")) << state;
  }
}

TEST(TopicUri, NamesServersAndTopic) {
  const auto parse = [](const std::string& text) { return TopicUri::parse(Uri::parse(text).value()); };
  const auto both = parse("rocketmq://one:9876,[::1]:9877/my%25topic");
  ASSERT_TRUE(both) << both.error().to_line();
  EXPECT_EQ(both->name_servers.size(), 2U);
  EXPECT_EQ(both->topic, "my%topic");
  EXPECT_EQ(parse("rocketmq://one:9876")->topic, TopicUri::kDefaultTopic);
  EXPECT_EQ(parse("rocketmq://one:9876/")->topic, TopicUri::kDefaultTopic);
  for (const char* bad : {"rocketmq:topic", "rocketmq://", "rocketmq://one/t", "rocketmq://one:9876,/t",
                          "rocketmq://one:9876/a/b", "rocketmq://one:9876/a b", "rocketmq://one:0/t"}) {
    const auto refused = parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_FALSE(refused.error().remedy.empty()) << bad;
  }
}

}  // namespace
}  // namespace temblor::rocketmq
