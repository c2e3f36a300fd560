#include "connectors/rocketmq/producer.h"

#include <algorithm>

#include "base/limits.h"
#include "connectors/rocketmq/blocking.h"
#include "connectors/rocketmq/message_batch.h"
#include "connectors/rocketmq/send_loop.h"

namespace temblor::rocketmq {
namespace {

/// What a batch counts for in the buffer: its bytes, and some for each message, so that empty ones count too.
std::size_t cost(const SendBatch& batch) { return batch.body.size() + std::size_t{32} * batch.messages; }

}  // namespace

Result<std::unique_ptr<Producer>> Producer::open(Client& client, ProducerConfig config) {
  const std::string where = "topic " + config.topic;
  if (config.queues.empty()) {
    TEMBLOR_ASSIGN(config.queues, client.writable_queues(config.topic));
    if (config.queues.empty()) return user_error(where, "has no queue that can be written", "create it with some");
  }
  return std::unique_ptr<Producer>(new Producer(client, std::move(config)));
}

Producer::Producer(Client& client, ProducerConfig config)
    : transport_(client.transport()), config_(std::move(config)), open_(config_.queues.size()) {
  const auto settled = [this](const SendBatch& batch, SendState state, Offset offset, const Error* error) {
    settle(batch, state, offset, error);
  };
  // Made where it lives, so that it needs no lock for what it hands out.
  loop_ =
      wait_for<std::shared_ptr<SendLoop>>(transport_, [this, settled, cluster = client.cluster()](const auto& done) {
        done(std::make_shared<SendLoop>(cluster, config_, settled));
      });
}

Producer::~Producer() {
  loop_->stop();
  // What was handed to the transport's thread still looks at this.
  wait_for<bool>(transport_, [](const auto& done) { done(true); });
}

void Producer::settle(const SendBatch& batch, SendState state, Offset offset, const Error* error) {
  const std::lock_guard guard(mutex_);
  waiting_bytes_ -= cost(batch);
  if (error != nullptr && state != SendState::kAcknowledged) error_ = *error;
  for (std::size_t i = 0; i < batch.places.size(); ++i) {
    report_.messages[batch.places[i]] =
        Sent{.state = state, .queue = batch.queue, .offset = offset < 0 ? offset : offset + static_cast<Offset>(i)};
  }
  if (waiting_bytes_ <= wake_at_bytes_) changed_.notify_all();
}

void Producer::dispatch(SendBatch& open) {
  if (open.messages == 0) return;
  const std::uint32_t queue = open.queue;
  waiting_bytes_ += cost(open);
  outbox_.push_back(std::exchange(open, SendBatch{}));
  if (outbox_.size() == 1) {
    transport_.post([this, loop = loop_] {
      std::vector<SendBatch> batches;
      {
        const std::lock_guard guard(mutex_);
        batches.swap(outbox_);
      }
      for (SendBatch& batch : batches) loop->enqueue(std::move(batch));
    });
  }
  open.queue = queue;
}

Result<void> Producer::append(const OutgoingMessage& message, std::optional<std::uint32_t> place) {
  if (message.body.size() > limits::kRocketmqBodyBytes ||
      message.properties.size() > limits::kRocketmqPropertiesBytes) {
    return user_error("topic " + config_.topic,
                      "is sent a message of " + std::to_string(message.body.size()) + " bytes with " +
                          std::to_string(message.properties.size()) + " of properties",
                      "a broker takes no more than 4 MiB and 32,000");
  }
  const auto queue = static_cast<std::uint32_t>(queue_of_key(message.key, config_.queues.size()));
  SendBatch& open = open_[queue];
  open.queue = queue;
  const std::size_t bytes = message.body.size() + message.properties.size();
  if (open.messages > 0 && open.body.size() + bytes > config_.batch_bytes) dispatch(open);
  if (config_.batch_messages == 1) {
    open.body = message.body;
    open.properties = message.properties;
  } else {
    append_to_batch(message.body, message.properties, open.body);
  }
  ++open.messages;
  if (place) open.places.push_back(*place);
  if (open.messages >= config_.batch_messages) dispatch(open);
  return {};
}

void Producer::wait_below(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  wake_at_bytes_ = bytes;
  const auto below = [&] { return waiting_bytes_ <= bytes; };
  while (!transport_.wait(lock, changed_, std::chrono::minutes(1), below)) {
  }
}

SendReport Producer::send(std::span<const OutgoingMessage> messages) {
  std::unique_lock lock(mutex_);
  report_ = SendReport{.messages = std::vector<Sent>(messages.size()), .error = {}};
  std::optional<Error> refused;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    make_room(lock);
    auto appended = append(messages[i], static_cast<std::uint32_t>(i));
    if (!appended) refused = std::move(appended).error();
  }
  finish(lock);
  report_.error = refused ? std::move(refused) : std::exchange(error_, std::nullopt);
  return std::move(report_);
}

Result<void> Producer::add(const OutgoingMessage& message) {
  std::unique_lock lock(mutex_);
  make_room(lock);
  if (error_) return tl::unexpected(*std::exchange(error_, std::nullopt));
  return append(message, std::nullopt);
}

Result<void> Producer::flush() {
  std::unique_lock lock(mutex_);
  finish(lock);
  if (error_) return tl::unexpected(*std::exchange(error_, std::nullopt));
  return {};
}

void Producer::make_room(std::unique_lock<std::mutex>& lock) {
  // Until there is room for some more: who waits for each message is woken for each.
  if (waiting_bytes_ > config_.buffer_bytes) wait_below(lock, config_.buffer_bytes / 2);
}

void Producer::finish(std::unique_lock<std::mutex>& lock) {
  for (SendBatch& open : open_) dispatch(open);
  wait_below(lock, 0);
}

}  // namespace temblor::rocketmq
