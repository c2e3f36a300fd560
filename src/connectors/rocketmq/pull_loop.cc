#include "connectors/rocketmq/pull_loop.h"

#include <fmt/format.h>

#include <utility>

namespace temblor::rocketmq {
namespace {

/// A broker looks for held pulls that are over every 5 s, so an answer may come so much later.
constexpr std::chrono::seconds kHoldCheck{6};
/// While a pull is held, whether the broker is still there is asked so often.
constexpr std::chrono::milliseconds kProbeInterval{750};
/// A broker that has just started may not show its newest messages yet. For so long a queue that seems to end before
/// what was read is not taken for one that has lost messages.
constexpr std::chrono::seconds kEndPatience{3};

}  // namespace

PullLoop::PullLoop(std::shared_ptr<Cluster> cluster, PullerConfig config)
    : cluster_(std::move(cluster)),
      config_(std::move(config)),
      offset_(config_.offset),
      backoff_(cluster_->config().seed ^ std::hash<std::string>()(config_.queue.broker) ^
               static_cast<std::uint64_t>(config_.queue.id)) {}

void PullLoop::start() { ask(); }

void PullLoop::stop() {
  const std::lock_guard guard(mutex_);
  stopped_ = true;
}

std::optional<Offset> PullLoop::max_offset() const {
  const std::lock_guard guard(mutex_);
  return max_offset_;
}

Pulled PullLoop::poll(Milliseconds max_wait) {
  std::unique_lock lock(mutex_);
  cluster_->transport().wait(lock, changed_, max_wait, [this] { return !ready_.empty(); });
  if (!ready_.empty()) {
    Pulled pulled = std::move(ready_.front());
    ready_.pop_front();
    ready_bytes_ -= pulled.body.size();
    if (!in_flight_ && !waiting_) cluster_->transport().post([self = shared_from_this()] { self->ask(); });
    return pulled;
  }
  if (trouble_ == PullStatus::kOffsetMoved) return moved_;
  Pulled pulled{.status = trouble_, .offset = offset_, .next_offset = offset_};
  if (trouble_ != PullStatus::kAsking) pulled.error = error_;
  const auto proof = std::chrono::milliseconds(limits::kRocketmqProofMs);
  if (trouble_ == PullStatus::kAsking && empty_at_ && cluster_->transport().now() - *empty_at_ < proof) {
    pulled.status = PullStatus::kNothingYet;
  }
  return pulled;
}

void PullLoop::seek(Offset offset) {
  const std::lock_guard guard(mutex_);
  offset_ = offset;
  ready_.clear();
  ready_bytes_ = 0;
  trouble_ = PullStatus::kAsking;
  error_.reset();
  at_end_ = false;
  empty_at_.reset();
  beyond_at_.reset();
  ++request_;
  in_flight_ = false;
  if (!waiting_) cluster_->transport().post([self = shared_from_this()] { self->ask(); });
}

Request PullLoop::pull_request(bool suspend) const {
  return Request{.code = RequestCode::kPullMessage,
                 .fields = {{"consumerGroup", config_.group},
                            {"topic", config_.topic},
                            {"queueId", std::to_string(config_.queue.id)},
                            {"queueOffset", std::to_string(offset_)},
                            {"maxMsgNums", std::to_string(config_.max_messages)},
                            {"sysFlag", std::to_string(kPullSubscription | (suspend ? kPullSuspend : 0))},
                            {"commitOffset", "0"},
                            {"suspendTimeoutMillis", std::to_string(suspend ? config_.long_poll.count() : 0)},
                            {"subscription", "*"},
                            {"subVersion", "0"},
                            {"expressionType", "TAG"}}};
}

void PullLoop::ask() {
  std::unique_lock lock(mutex_);
  if (stopped_ || in_flight_ || waiting_ || trouble_ == PullStatus::kOffsetMoved) return;
  if (ready_bytes_ > config_.prefetch_bytes) return;
  in_flight_ = true;
  const std::uint64_t request = ++request_;
  // The first question after messages is not held, so that "nothing yet" is known at once.
  const bool suspend = at_end_;
  const auto limit = cluster_->config().request_timeout + (suspend ? config_.long_poll + kHoldCheck : Nanoseconds(0));
  Request pull = pull_request(suspend);
  lock.unlock();
  cluster_->ask_queue(config_.topic, config_.queue, std::move(pull), limit,
                      [self = shared_from_this(), request](const Answer& answer) {
                        const std::unique_lock guard(self->mutex_);
                        if (request != self->request_ || self->stopped_ || !self->in_flight_) return;
                        self->in_flight_ = false;
                        self->take(answer);
                      });
  if (suspend) probe(request);
}

void PullLoop::probe(std::uint64_t request) {
  cluster_->transport().after(kProbeInterval, [weak = weak_from_this(), request] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    const auto is_over = [self, request] { return request != self->request_ || !self->in_flight_ || self->stopped_; };
    {
      const std::lock_guard guard(self->mutex_);
      if (is_over()) return;
    }
    const auto asked = self->cluster_->transport().now();
    Request question{.code = RequestCode::kGetMaxOffset,
                     .fields = {{"topic", self->config_.topic}, {"queueId", std::to_string(self->config_.queue.id)}}};
    self->cluster_->ask_queue(
        self->config_.topic, self->config_.queue, std::move(question), self->cluster_->config().request_timeout,
        [self, request, asked, is_over](const Answer& answer) {
          {
            const std::lock_guard guard(self->mutex_);
            if (is_over()) return;
            const auto max = answer && answer->code == response::kSuccess ? answer->number("offset") : std::nullopt;
            if (max) {
              self->max_offset_ = *max;
              if (*max <= self->offset_) self->empty_at_ = asked;
              self->trouble_ = PullStatus::kAsking;
            } else {
              self->trouble_ = PullStatus::kUnavailable;
              self->error_ = answer ? refusal(*answer, self->config_.topic) : answer.error().error;
            }
          }
          self->probe(request);
        });
  });
}

void PullLoop::take(const Answer& answer) {
  if (!answer) {
    const Error& error = answer.error().error;
    const bool unknown = !answer.error().sent && error.blame == Blame::kUser;
    return wait_and_ask(unknown ? PullStatus::kNoTopic : PullStatus::kUnavailable, error);
  }
  const auto asked_again = [this] { cluster_->transport().post([self = shared_from_this()] { self->ask(); }); };
  if (const auto max = answer->number("maxOffset")) max_offset_ = *max;
  const auto next = answer->number("nextBeginOffset");
  switch (answer->code) {
    case response::kSuccess:
      if (!next || *next <= offset_ || answer->body.empty()) {
        return wait_and_ask(PullStatus::kUnavailable,
                            world_error("broker " + config_.queue.broker, "answers a pull with nothing that goes on",
                                        "check that a RocketMQ broker listens there")
                                .value());
      }
      take_reply(*answer);
      return asked_again();
    case response::kPullNotFound:
      if (next && *next > offset_) {  // the rest of a file was deleted under the reader
        offset_ = *next;
      } else {
        at_end_ = true;
        empty_at_ = cluster_->transport().now();
      }
      trouble_ = PullStatus::kAsking;
      beyond_at_.reset();
      backoff_.reset();
      return asked_again();
    case response::kPullRetryImmediately:
      if (next && *next > offset_) {
        offset_ = *next;
        return asked_again();
      }
      return wait_and_ask(PullStatus::kUnavailable, refusal(*answer, config_.queue.broker));
    case response::kPullOffsetMoved:
      return check_moved(*answer);
    case response::kTopicNotExist:
    case response::kInvalidParameter:
      return wait_and_ask(PullStatus::kNoTopic, refusal(*answer, config_.topic));
    default:
      return wait_and_ask(is_final_code(*answer) ? PullStatus::kRefused : PullStatus::kUnavailable,
                          refusal(*answer, config_.topic + " on " + config_.queue.broker));
  }
}

void PullLoop::take_reply(const Frame& frame) {
  ready_.push_back(Pulled{.status = PullStatus::kMessages,
                          .frame = frame.bytes,
                          .body = frame.body,
                          .offset = offset_,
                          .next_offset = *frame.number("nextBeginOffset"),
                          .min_offset = frame.number("minOffset").value_or(0),
                          .max_offset = frame.number("maxOffset").value_or(0)});
  ready_bytes_ += frame.body.size();
  offset_ = ready_.back().next_offset;
  at_end_ = false;
  empty_at_.reset();
  beyond_at_.reset();
  trouble_ = PullStatus::kAsking;
  backoff_.reset();
  changed_.notify_all();
}

void PullLoop::check_moved(const Frame& frame) {
  const Offset min = frame.number("minOffset").value_or(0);
  const Offset max = frame.number("maxOffset").value_or(0);
  const auto now = cluster_->transport().now();
  const bool beyond = offset_ >= min;
  Error error = world_error(fmt::format("{}/{}/{}", config_.topic, config_.queue.broker, config_.queue.id),
                            fmt::format("holds messages {} to {}, not {}", min, max, offset_))
                    .value();
  if (beyond) {
    if (!beyond_at_) beyond_at_ = now;
    if (now - *beyond_at_ < kEndPatience) return wait_and_ask(PullStatus::kUnavailable, std::move(error));
  }
  trouble_ = PullStatus::kOffsetMoved;
  moved_ = Pulled{.status = PullStatus::kOffsetMoved,
                  .offset = offset_,
                  .next_offset = frame.number("nextBeginOffset").value_or(min),
                  .min_offset = min,
                  .max_offset = max,
                  .error = std::move(error)};
}

void PullLoop::wait_and_ask(PullStatus status, Error error) {
  trouble_ = status;
  error_ = std::move(error);
  at_end_ = false;
  empty_at_.reset();
  waiting_ = true;
  cluster_->transport().after(backoff_.next(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    {
      const std::lock_guard guard(self->mutex_);
      self->waiting_ = false;
    }
    self->ask();
  });
}

}  // namespace temblor::rocketmq
