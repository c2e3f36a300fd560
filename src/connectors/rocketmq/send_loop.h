#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/rocketmq/backoff.h"
#include "connectors/rocketmq/cluster.h"
#include "connectors/rocketmq/producer.h"

namespace temblor::rocketmq {

/// Messages of one queue that travel in one request.
struct SendBatch {
  std::uint32_t queue = 0;  ///< place among the producer's queues
  std::uint32_t messages = 0;
  std::string body;                   ///< as append_to_batch writes it, or, of a message on its own, its body
  std::string properties;             ///< of a message on its own
  std::vector<std::uint32_t> places;  ///< of the messages in the send() they belong to; empty for add()
  bool is_unknown = false;            ///< it was sent once without an answer
};

/// What a Producer does in the background: keeps batches in order for each queue, with some in flight, and tries again
/// what failed. Of the transport's thread, except the constructor and stop(); held by a shared_ptr.
class SendLoop : public std::enable_shared_from_this<SendLoop> {
 public:
  /// What became of a batch; `offset` of its first message. Called on the transport's thread.
  using Settled = std::function<void(const SendBatch&, SendState, Offset offset, const Error*)>;

  SendLoop(std::shared_ptr<Cluster> cluster, const ProducerConfig& config, Settled settled);

  void enqueue(SendBatch batch);
  /// No handler is called any more. From any thread; returns when none runs.
  void stop();

 private:
  struct Lane {
    std::deque<SendBatch> waiting;
    std::uint32_t in_flight = 0;
    bool backing_off = false;
    std::optional<Backoff> backoff;
    /// Set at the first failure after a success, so that batches behind one that was given up do not wait as long.
    std::optional<std::chrono::nanoseconds> give_up_at;
  };

  void pump(std::uint32_t queue);
  void send(SendBatch batch);
  void take(SendBatch batch, const Answer& answer);
  void fail(SendBatch batch, bool may_be_stored, bool is_hopeless, const Error& error);
  void settle(const SendBatch& batch, SendState state, Offset offset, const Error* error);
  [[nodiscard]] Request request_of(const SendBatch& batch) const;

  const std::shared_ptr<Cluster> cluster_;
  const ProducerConfig config_;
  std::mutex settling_;  ///< settled_
  Settled settled_;      ///< none after stop()
  std::vector<Lane> lanes_;
};

}  // namespace temblor::rocketmq
