#include "connectors/rocketmq/send_loop.h"

#include <utility>

namespace temblor::rocketmq {
namespace {

/// What a broker says when it did not touch the message; it may take it later.
bool is_not_now(std::int32_t code) {
  switch (code) {
    case response::kSystemBusy:
    case response::kServiceNotAvailable:
    case response::kFlowControl:
    case response::kGoAway:
    case response::kTopicNotExist:
    case response::kNotLeaderForQueue:
      return true;
    default:
      return false;
  }
}

/// The message is in the broker's log; only its disk or its slave has not confirmed it in time.
bool is_stored(std::int32_t code) {
  return code == response::kSuccess || code == response::kFlushDiskTimeout || code == response::kFlushSlaveTimeout ||
         code == response::kSlaveNotAvailable;
}

}  // namespace

SendLoop::SendLoop(std::shared_ptr<Cluster> cluster, const ProducerConfig& config, Settled settled)
    : cluster_(std::move(cluster)), config_(config), settled_(std::move(settled)), lanes_(config.queues.size()) {
  for (Lane& lane : lanes_) lane.backoff.emplace(cluster_->next_seed());
}

void SendLoop::stop() {
  const std::lock_guard guard(settling_);
  settled_ = nullptr;
}

void SendLoop::enqueue(SendBatch batch) {
  const std::uint32_t queue = batch.queue;
  lanes_[queue].waiting.push_back(std::move(batch));
  pump(queue);
}

void SendLoop::pump(std::uint32_t queue) {
  Lane& lane = lanes_[queue];
  if (lane.waiting.empty() && lane.in_flight == 0) lane.give_up_at.reset();
  while (!lane.waiting.empty() && !lane.backing_off && lane.in_flight < config_.requests_per_queue) {
    SendBatch batch = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    ++lane.in_flight;
    send(std::move(batch));
  }
}

Request SendLoop::request_of(const SendBatch& batch) const {
  const bool alone = config_.batch_messages == 1;
  const auto born = cluster_->transport().wall_clock().time_since_epoch().count();
  return Request{.code = alone ? RequestCode::kSendMessageV2 : RequestCode::kSendBatchMessage,
                 // The letters of SendMessageRequestHeaderV2: group, topic, default topic and its queues, queue,
                 // system flags, born, flag, properties, times consumed, unit mode, is a batch.
                 .fields = {{"a", config_.group},
                            {"b", config_.topic},
                            {"c", "TBW102"},
                            {"d", "4"},
                            {"e", std::to_string(config_.queues[batch.queue].id)},
                            {"f", "0"},
                            {"g", std::to_string(born)},
                            {"h", "0"},
                            {"i", batch.properties},
                            {"j", "0"},
                            {"k", "false"},
                            {"m", alone ? "false" : "true"}},
                 .body = batch.body};
}

void SendLoop::send(SendBatch batch) {
  Request request = request_of(batch);
  const Queue& queue = config_.queues[batch.queue];
  const auto shared = std::make_shared<SendBatch>(std::move(batch));
  cluster_->ask_queue(config_.topic, queue, std::move(request), cluster_->config().request_timeout,
                      [self = shared_from_this(), shared](const Answer& answer) {
                        --self->lanes_[shared->queue].in_flight;
                        self->take(std::move(*shared), answer);
                      });
}

void SendLoop::take(SendBatch batch, const Answer& answer) {
  const std::uint32_t queue = batch.queue;
  const std::string where = config_.topic + " on " + config_.queues[queue].broker;
  if (!answer) {
    fail(std::move(batch), answer.error().sent, false, answer.error().error);
  } else if (!is_stored(answer->code)) {
    const bool not_now = is_not_now(answer->code);
    fail(std::move(batch), answer->code == response::kSystemError, !not_now && answer->code != response::kSystemError,
         refusal(*answer, where));
  } else if (const auto offset = answer->number("queueOffset")) {
    lanes_[queue].backoff->reset();
    lanes_[queue].give_up_at.reset();
    settle(batch, SendState::kAcknowledged, *offset, nullptr);
  } else {
    fail(std::move(batch), true, true,
         world_error(where, "acknowledges messages without an offset", "check that a RocketMQ broker listens there")
             .value());
  }
  pump(queue);
}

void SendLoop::fail(SendBatch batch, bool may_be_stored, bool is_hopeless, const Error& error) {
  batch.is_unknown = batch.is_unknown || may_be_stored;
  Transport& transport = cluster_->transport();
  Lane& lane = lanes_[batch.queue];
  const auto wait = lane.backoff->next();
  if (!lane.give_up_at) lane.give_up_at = transport.now() + config_.patience;
  if (is_hopeless || transport.now() + wait > *lane.give_up_at || (batch.is_unknown && !config_.resend_unknown)) {
    return settle(batch, batch.is_unknown ? SendState::kUnknown : SendState::kNotStored, -1, &error);
  }
  const std::uint32_t queue = batch.queue;
  lane.waiting.push_front(std::move(batch));
  if (std::exchange(lane.backing_off, true)) return;
  transport.after(wait, [weak = weak_from_this(), queue] {
    if (const auto self = weak.lock()) {
      self->lanes_[queue].backing_off = false;
      self->pump(queue);
    }
  });
}

void SendLoop::settle(const SendBatch& batch, SendState state, Offset offset, const Error* error) {
  const std::lock_guard guard(settling_);
  if (settled_) settled_(batch, state, offset, error);
}

}  // namespace temblor::rocketmq
