#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

class SendLoop;
class Transport;
struct SendBatch;

struct ProducerConfig {
  std::string topic;
  std::string group;            ///< should be among the client's producer_groups
  std::vector<Queue> queues{};  ///< what keys are spread over, sorted; empty: those that the topic has at open()
  std::uint32_t batch_messages = 1000;   ///< of one request; 1 sends each message on its own
  std::size_t batch_bytes = 512 << 10;   ///< of one request, about; a longer message travels alone
  std::uint32_t requests_per_queue = 1;  ///< in flight at a time; more than 1 gives up the order in a queue
  std::size_t buffer_bytes = 32 << 20;   ///< full batches that wait or are in flight; add() waits while there are more
  /// Whether a batch whose fate is unknown (it was sent, no answer came) is sent again: at least once, with possible
  /// duplicates. Otherwise its messages are reported as kUnknown, and never sent again.
  bool resend_unknown = true;
  Milliseconds patience{30'000};  ///< for how long a batch is tried again, from the first failure on
};

/// One message to send. The views are used during the call only.
struct OutgoingMessage {
  std::string_view key;         ///< decides the queue (queue_of_key); not sent
  std::string_view body;        ///< at most limits::kRocketmqBodyBytes
  std::string_view properties;  ///< made by append_property; at most limits::kRocketmqPropertiesBytes
};

enum class SendState : std::uint8_t {
  kAcknowledged,  ///< the broker has it, at `offset` of `queue`
  kNotStored,     ///< the broker does not have it and never will
  kUnknown,       ///< it was sent, and no answer came: the broker may have it, or get it yet
};

struct Sent {
  SendState state = SendState::kNotStored;
  std::uint32_t queue = 0;  ///< place in Producer::queues()
  Offset offset = -1;       ///< in that queue, where it is acknowledged
};

/// What became of the messages of one send(), in their order; the last error where one is not acknowledged.
struct SendReport {
  std::vector<Sent> messages;
  std::optional<Error> error;
};

/// Writes to a topic. Messages of one key go to one queue, in their order while requests_per_queue is 1. The queues
/// are those of open(), so that a key never changes its queue while this lives: messages for a broker that is down
/// wait for it. One thread at a time.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> open(Client& client, ProducerConfig config);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Sends all and waits until the fate of each is settled.
  SendReport send(std::span<const OutgoingMessage> messages);

  /// Takes a message into the batch of its queue, which is sent when it is full; waits while the buffer is. The error
  /// is that of an earlier message that could not be delivered.
  Result<void> add(const OutgoingMessage& message);
  /// Sends the batches that are not full and waits until all that was added is acknowledged.
  Result<void> flush();

  [[nodiscard]] const std::vector<Queue>& queues() const { return config_.queues; }

 private:
  Producer(Client& client, ProducerConfig config);

  // All but settle() on the caller's thread, with mutex_ held.
  Result<void> append(const OutgoingMessage& message, std::optional<std::uint32_t> place);
  void dispatch(SendBatch& open);
  void make_room(std::unique_lock<std::mutex>& lock);
  void finish(std::unique_lock<std::mutex>& lock);
  void wait_below(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  void settle(const SendBatch& batch, SendState state, Offset offset, const Error* error);

  Transport& transport_;
  const ProducerConfig config_;
  std::shared_ptr<SendLoop> loop_;
  std::mutex mutex_;  ///< all that follows
  std::condition_variable changed_;
  std::vector<SendBatch> open_;    ///< for each queue the batch that is not full yet
  std::vector<SendBatch> outbox_;  ///< batches on their way to the transport's thread
  std::size_t wake_at_bytes_ = 0;  ///< a caller waits for waiting_bytes_ to come down to this
  std::size_t waiting_bytes_ = 0;  ///< of batches that were sent off and are not settled
  std::optional<Error> error_;     ///< the last one
  SendReport report_;              ///< of the send() that waits
};

}  // namespace temblor::rocketmq
