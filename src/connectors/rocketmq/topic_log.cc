#include "connectors/rocketmq/topic_log.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "base/assert.h"
#include "base/hash.h"
#include "base/json_values.h"
#include "connectors/rocketmq/broker_admin.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "connectors/rocketmq/stored_until_now.h"

namespace temblor::rocketmq {
namespace {

/// Marks what temblor has sent, with the name of the job's senders and the number of the commit, NAME.NUMBER: others'
/// messages are none of a look back's, nor those of commits that were over.
constexpr std::string_view kWriterProperty = "temblor.writer";

constexpr std::chrono::seconds kStillOnTheWay{1};  // what a sender that is gone may have left in the network
constexpr std::chrono::seconds kPatience{150};     // brokers take half a minute to start, or 130 s to miss a sender
constexpr std::chrono::milliseconds kPause{200};
constexpr Milliseconds kPull{20};
constexpr std::chrono::minutes kClocksApart{10};  // a broker's from this host's, at the most
/// Of one request: the broker stores the first results of a window while the last ones are being written down.
constexpr std::uint32_t kBatch = 250;

}  // namespace

/// What prepare() says.
struct TopicLog::Prepared {
  std::string writer;
  std::uint64_t sequence = 0;
  std::uint64_t floor = 0;        ///< of its commit or later ones is what can have arrived already
  std::optional<Timestamp> time;  ///< when it was; none from an older version
  Offsets offsets;
};

TopicLog::TopicLog(Settings settings, const Environment& environment, MakeClient make_client)
    : settings_(std::move(settings)),
      clock_(environment.clock),
      seed_(environment.hash_seed),
      make_client_(std::move(make_client)) {}

TopicLog::~TopicLog() = default;

void TopicLog::connect() {
  producer_.reset();
  client_.reset();
  ++clients_;
  // The process's own bits make it differ from its predecessors', whose names begin alike.
  ClientConfig config =
      client_config(settings_.topic, fmt::format("temblor-{}-{:016x}-{}", writer_, seed_, clients_), seed_ + clients_);
  config.producer_groups = {settings_.group};
  client_ = make_client_ ? make_client_(std::move(config)) : std::make_unique<Client>(std::move(config), clock_);
}

Result<void> TopicLog::open(const std::string* prepared) {
  if (prepared != nullptr) {
    TEMBLOR_ASSIGN(Prepared then, read(*prepared));
    writer_ = std::move(then.writer);
    sequence_ = then.sequence;
    offsets_ = std::move(then.offsets);
    reached_ = offsets_;
    doubtful_ = true;
    return {};
  }
  writer_ = fmt::format("{:016x}", hash_bytes(settings_.uri, seed_ ^ static_cast<std::uint64_t>(to_ms(clock_.now()))));
  connect();
  TEMBLOR_ASSIGN(const auto queues, client_->writable_queues(settings_.topic.topic));
  if (queues.empty()) return user_error(settings_.uri, "the topic has no queue that can be written", "create some");
  QueueOffsets offsets(*client_, settings_.topic.topic);
  for (const Queue& queue : queues) {
    TEMBLOR_ASSIGN(offsets_[queue], offsets.max(queue));
  }
  reached_ = offsets_;
  return {};
}

Result<std::string> TopicLog::prepare() {
  nlohmann::json queues = nlohmann::json::array();
  for (const auto& [queue, offset] : offsets_) queues.push_back({queue.broker, queue.id, offset});
  return nlohmann::json({{"writer", writer_},
                         {"sequence", ++sequence_},
                         {"floor", floor_},
                         {"time", to_ms(clock_.now())},
                         {"queues", queues}})
      .dump();
}

Result<TopicLog::Prepared> TopicLog::read(std::string_view prepared) const {
  const auto json = nlohmann::json::parse(prepared, nullptr, false);
  try {
    Prepared read{.writer = json.at("writer").get<std::string>(),
                  .sequence = whole_number<std::uint64_t>(json.at("sequence")),
                  .floor = json.contains("floor") ? whole_number<std::uint64_t>(json.at("floor")) : 0,
                  .time = json.contains("time") ? std::optional(moment(json.at("time"))) : std::nullopt,
                  .offsets = {}};
    for (const auto& queue : json.at("queues")) {
      read.offsets[{.broker = queue.at(0).get<std::string>(), .id = whole_number<std::int32_t>(queue.at(1))}] =
          whole_number<Offset>(queue.at(2));
    }
    if (!read.offsets.empty()) return read;
  } catch (const nlohmann::json::exception& problem) {
    spdlog::debug("{}: {}", settings_.uri, problem.what());
  }
  return world_error(settings_.uri, "the checkpoint says of it what cannot be read", "another version has written it");
}

Result<void> TopicLog::make_producer(bool resend_unknown) {
  if (producer_ != nullptr) return {};
  if (client_ == nullptr) connect();
  ProducerConfig config;
  config.topic = settings_.topic.topic;
  config.group = settings_.group;
  for (const auto& [queue, offset] : offsets_) config.queues.push_back(queue);
  config.batch_messages = kBatch;
  config.resend_unknown = resend_unknown;
  config.patience = std::chrono::duration_cast<Milliseconds>(kPatience);
  TEMBLOR_ASSIGN(producer_, Producer::open(*client_, std::move(config)));
  return {};
}

Result<void> TopicLog::send(std::span<const KeyedMessage> messages) {
  TEMBLOR_TRY(make_producer(true));
  for (const KeyedMessage& message : messages) {
    std::string properties = message.properties;
    append_property(properties, kKeysProperty, message.key);
    TEMBLOR_TRY(producer_->add({.key = message.queue_by, .body = message.body, .properties = properties}));
  }
  return producer_->flush();
}

Result<bool> TopicLog::begin_commit(std::string_view prepared) {
  if (prepared == committed_) return false;
  TEMBLOR_ASSIGN(Prepared then, read(prepared));
  committing_number_ = then.sequence;
  if (prepared == committing_ || doubtful_) {
    // Some of it may have arrived, behind what was known when it was prepared.
    offsets_ = std::move(then.offsets);
    floor_ = then.floor;
    since_ = then.time;
    doubtful_ = true;
  }
  committing_ = prepared;
  return true;
}

Result<void> TopicLog::append(std::span<const KeyedMessage> messages) {
  if (messages.empty()) return {};
  if (doubtful_) TEMBLOR_TRY(look_back());
  TEMBLOR_TRY(make_producer(false));
  const std::string mark = fmt::format("{}.{}", writer_, committing_number_);
  std::vector<std::string> properties;
  std::vector<OutgoingMessage> outgoing;
  properties.reserve(messages.size());  // views point into them
  outgoing.reserve(messages.size());
  for (const KeyedMessage& message : messages) {
    if (!arrived_.empty() && arrived_.erase(message.key) > 0) continue;
    properties.push_back(message.properties);
    append_property(properties.back(), kKeysProperty, message.key);
    append_property(properties.back(), kWriterProperty, mark);
    outgoing.push_back({.key = message.queue_by, .body = message.body, .properties = properties.back()});
  }
  doubtful_ = true;  // until all is known to have arrived
  const SendReport report = producer_->send(outgoing);
  if (report.error) return tl::unexpected(*report.error);
  for (const Sent& sent : report.messages) {
    TEMBLOR_ASSERT(sent.state == SendState::kAcknowledged);
    // Not the highest that ever was: a topic that was made anew begins with 0 again.
    reached_[producer_->queues()[sent.queue]] = sent.offset + 1;
  }
  // Where something has arrived that is not asked for yet, as after an older checkpoint was used, the next look back
  // must find it as well.
  if (arrived_.empty()) offsets_ = reached_;
  doubtful_ = false;
  return {};
}

void TopicLog::end_commit() {
  committed_ = committing_;
  if (arrived_.empty()) floor_ = committing_number_ + 1;
}

Result<void> TopicLog::patiently(const std::function<Result<bool>()>& step) {
  const auto deadline = clock_.monotonic() + kPatience;
  while (true) {
    const Result<bool> done = step();
    if (done && *done) return {};
    if (!done && (done.error().blame == Blame::kUser || clock_.monotonic() >= deadline)) {
      return tl::unexpected(done.error());
    }
    if (clock_.monotonic() >= deadline) {
      return world_error(settings_.uri, "another temblor still writes for this job, or its broker does not settle",
                         "end the other one");
    }
    clock_.sleep_for(kPause);
  }
}

Result<void> TopicLog::look_back() {
  spdlog::info("{}: looking for results that have arrived already", settings_.uri);
  connect();
  arrived_.clear();
  TEMBLOR_TRY(wait_for_predecessors());
  TEMBLOR_ASSIGN(reached_, ends());
  for (auto& [queue, offset] : offsets_) {
    const Offset end = reached_.at(queue);
    if (offset > end) {
      TEMBLOR_ASSIGN(offset, begin_of_shorter(queue));
    }
    TEMBLOR_TRY(read_back(queue, offset, end));
  }
  if (arrived_.empty()) offsets_ = reached_;
  spdlog::info("{}: {} have arrived", settings_.uri, arrived_.size());
  doubtful_ = false;
  return {};
}

Result<void> TopicLog::wait_for_predecessors() {
  BrokerAdmin admin(*client_);
  const std::string alike = fmt::format("temblor-{}-", writer_);
  TEMBLOR_TRY(patiently([&]() -> Result<bool> {
    // One that is not known at the moment may still have a connection.
    TEMBLOR_ASSIGN(const Masters brokers, admin.brokers());
    for (const auto& [queue, offset] : offsets_) {
      if (!brokers.contains(queue.broker)) return world_error("broker " + queue.broker, "is down", "start it");
    }
    TEMBLOR_ASSIGN(const auto connections, admin.producer_connections(settings_.group));
    return std::none_of(connections.begin(), connections.end(), [&](const ProducerConnection& connection) {
      return connection.client_id.starts_with(alike) && connection.client_id != client_->config().client_id;
    });
  }));
  clock_.sleep_for(kStillOnTheWay);
  return {};
}

/// Where the queues end, once their brokers show all that they had stored. A broker that was started anew meanwhile
/// shows what it has: its log has not grown shorter than what was acknowledged.
Result<TopicLog::Offsets> TopicLog::ends() {
  std::set<std::string> brokers;
  for (const auto& [queue, offset] : offsets_) brokers.insert(queue.broker);
  StoredUntilNow stored(*client_, brokers);
  TEMBLOR_TRY(patiently([&] { return stored.is_readable(); }));
  QueueOffsets offsets(*client_, settings_.topic.topic);
  Offsets ends;
  TEMBLOR_TRY(patiently([&]() -> Result<bool> {
    for (const auto& [queue, offset] : offsets_) {
      TEMBLOR_ASSIGN(ends[queue], offsets.max(queue));
    }
    return true;
  }));
  return ends;
}

/// From where on the commit can lie in a queue that ends before it: the topic was made anew, or its broker has lost its
/// newest messages.
Result<Offset> TopicLog::begin_of_shorter(const Queue& queue) {
  if (!since_) return 0;
  QueueOffsets offsets(*client_, settings_.topic.topic);
  Offset begin = 0;
  TEMBLOR_TRY(patiently([&]() -> Result<bool> {
    TEMBLOR_ASSIGN(begin, offsets.at(queue, *since_ - kClocksApart));
    return true;
  }));
  return begin;
}

/// Whether a message that carries this mark may be one that is committed now or later.
bool TopicLog::may_be_pending(std::string_view mark) const {
  if (!mark.starts_with(writer_)) return false;
  mark.remove_prefix(writer_.size());
  if (mark.empty()) return true;  // from an older version
  std::uint64_t number = 0;
  return mark.front() == '.' && std::from_chars(mark.data() + 1, mark.data() + mark.size(), number).ec == std::errc() &&
         number >= floor_;
}

/// Collects the keys of what this job's senders have put into a queue from `offset` to `end`.
Result<void> TopicLog::read_back(const Queue& queue, Offset offset, Offset end) {
  if (offset >= end) return {};
  PullerConfig config;
  config.topic = settings_.topic.topic;
  config.queue = queue;
  config.group = settings_.group;
  config.offset = offset;
  Puller puller(*client_, std::move(config));
  MessageDecoder decoder;
  const auto step = [&]() -> Result<bool> {
    const Pulled pulled = puller.poll(kPull);
    if (pulled.status == PullStatus::kOffsetMoved && pulled.offset < pulled.min_offset) {
      offset = pulled.min_offset;
      puller.seek(offset);
      return offset >= end;
    }
    if (pulled.error) return tl::unexpected(*pulled.error);
    if (pulled.status != PullStatus::kMessages) return false;
    decoder.begin(pulled.body);
    MessageView message;
    MessageDecoder::Next next = MessageDecoder::Next::kMessage;
    while ((next = decoder.next(message)) == MessageDecoder::Next::kMessage) {
      const auto mark = find_property(message.properties, kWriterProperty);
      if (!mark || !may_be_pending(*mark)) continue;
      if (const auto key = find_property(message.properties, kKeysProperty)) arrived_.emplace(*key);
    }
    if (next == MessageDecoder::Next::kBroken) {  // what lies behind it may be ours: it is asked for again
      puller.seek(offset);
      return world_error(settings_.uri, fmt::format("message {} of queue {} comes damaged", offset, queue.id));
    }
    offset = pulled.next_offset;
    return offset >= end;
  };
  while (offset < end) {
    const Offset before = offset;
    TEMBLOR_TRY(patiently([&]() -> Result<bool> {
      TEMBLOR_ASSIGN(const bool done, step());
      return done || offset != before;
    }));
  }
  return {};
}

}  // namespace temblor::rocketmq
