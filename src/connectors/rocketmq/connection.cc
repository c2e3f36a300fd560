#include "connectors/rocketmq/connection.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "connectors/rocketmq/protocol.h"

namespace temblor::rocketmq {
namespace {

/// How often requests are looked through for those whose time is over.
constexpr std::chrono::milliseconds kWatchInterval{50};

}  // namespace

Connection::Connection(Transport& transport, Endpoint peer, Settings settings)
    : transport_(transport),
      peer_(std::move(peer)),
      where_(peer_.to_string()),
      settings_(std::move(settings)),
      backoff_(settings_.seed) {}

void Connection::request(Request request, std::chrono::nanoseconds limit, AnswerHandler handler) {
  if (session_ == nullptr && transport_.now() < retry_at_) return refuse(std::move(handler), *last_error_);
  if (pending_.size() >= limits::kRocketmqRequests || unwritten_bytes_ >= limits::kRocketmqUnwrittenBytes) {
    return refuse(std::move(handler), world_error(where_, "has too many requests to answer").value());
  }
  unwritten_bytes_ += request.body.size();
  unwritten_.emplace_back(expect(limit, std::move(handler)), std::move(request));
  if (session_ == nullptr) {
    connect();
  } else if (session_->greeted && !session_->is_writing && unwritten_.size() == 1) {
    // A little later, so that requests that are made together travel together.
    transport_.post([self = shared_from_this(), session = session_] {
      if (session == self->session_) self->write(session);
    });
  }
}

void Connection::abandon() {
  pending_.clear();
  unwritten_.clear();
  if (session_ != nullptr && session_->stream != nullptr) session_->stream->close();
  session_ = nullptr;
}

std::int32_t Connection::expect(std::chrono::nanoseconds limit, AnswerHandler handler) {
  const std::int32_t opaque = next_opaque_;
  next_opaque_ = static_cast<std::int32_t>((static_cast<std::uint32_t>(next_opaque_) + 1U) & 0x7FFFFFFFU);
  pending_[opaque] = Pending{.handler = std::move(handler), .asked = transport_.now(), .limit = limit};
  watch();
  return opaque;
}

void Connection::refuse(AnswerHandler handler, Error error) {
  transport_.post([handler = std::move(handler), error = std::move(error)] {
    handler(tl::unexpected(Unanswered{.sent = false, .error = error}));
  });
}

void Connection::connect() {
  session_ = std::make_shared<Session>(where_);
  transport_.connect(peer_, settings_.connect_limit,
                     [self = shared_from_this(), session = session_](Result<std::unique_ptr<Stream>> stream) {
                       if (session != self->session_) return;
                       if (!stream) return self->fail(session, stream.error());
                       session->stream = std::move(*stream);
                       session->last_frame = self->transport_.now();
                       self->read(session);
                       self->greet(session);
                     });
}

void Connection::greet(const std::shared_ptr<Session>& session) {
  if (!settings_.greeting) {
    session->greeted = true;
    return write(session);
  }
  const std::int32_t opaque = expect(settings_.connect_limit, [this, session](const Answer& answer) {
    if (!answer) return fail(session, answer.error().error);
    // Nobody who asks for it would see this sender in the broker's list. A name server, which some requests go to as
    // well, has none.
    if (answer->code != response::kSuccess && answer->code != response::kNotSupported) {
      const std::string what = fmt::format("refuses a heartbeat with code {}: {}", answer->code, answer->remark);
      return fail(session, world_error(where_, what).value());
    }
    session->greeted = true;
    write(session);
  });
  pending_[opaque].sent = true;
  append_frame(settings_.greeting(), opaque, settings_.signer.get(), session->writing);
  flush(session);
}

void Connection::write(const std::shared_ptr<Session>& session) {
  if (session->is_writing || unwritten_.empty()) return;
  session->writing.clear();
  for (const auto& [opaque, request] : unwritten_) {
    const auto found = pending_.find(opaque);
    if (found == pending_.end()) continue;  // its time is over, and it was said that it was not sent
    found->second.sent = true;
    append_frame(request, opaque, settings_.signer.get(), session->writing);
  }
  unwritten_.clear();
  unwritten_bytes_ = 0;
  flush(session);
}

void Connection::flush(const std::shared_ptr<Session>& session) {
  session->is_writing = true;
  session->stream->write(session->writing, [self = shared_from_this(), session](const Result<void>& written) {
    session->is_writing = false;
    if (!written) return self->fail(session, written.error());
    if (session == self->session_ && session->greeted) self->write(session);
  });
}

void Connection::read(const std::shared_ptr<Session>& session) {
  session->stream->read_some(session->reader.space(),
                             [self = shared_from_this(), session](const Result<std::size_t>& count) {
                               if (session != self->session_) return;
                               if (!count) return self->fail(session, count.error());
                               session->reader.filled(*count);
                               while (session == self->session_) {
                                 auto frame = session->reader.next();
                                 if (!frame) return self->fail(session, frame.error());
                                 if (!*frame) return self->read(session);
                                 session->last_frame = self->transport_.now();
                                 self->take(std::move(**frame));
                               }
                             });
}

void Connection::take(Frame frame) {
  // A server has requests of its own (a group's members have changed); none of them concerns who pulls by offset.
  if (!frame.is_response()) return;
  const auto found = pending_.find(frame.opaque);
  if (found == pending_.end()) return;  // it came too late, or twice
  const AnswerHandler handler = std::move(found->second.handler);
  pending_.erase(found);
  backoff_.reset();
  handler(std::move(frame));
}

void Connection::fail(const std::shared_ptr<Session>& session, const Error& error) {
  if (session != session_) return;
  if (session->stream != nullptr) session->stream->close();
  session_ = nullptr;
  last_error_ = error;
  // A server that closes a connection on which nobody waits has done so for idleness.
  retry_at_ = pending_.empty() ? transport_.now() : transport_.now() + backoff_.next();
  unwritten_.clear();
  unwritten_bytes_ = 0;
  const auto failed = std::exchange(pending_, {});
  for (const auto& [opaque, pending] : failed) {
    pending.handler(tl::unexpected(Unanswered{.sent = pending.sent, .error = error}));
  }
}

void Connection::watch() {
  if (std::exchange(watching_, true)) return;
  transport_.after(kWatchInterval, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->expire();
  });
}

void Connection::expire() {
  watching_ = false;
  const auto now = transport_.now();
  std::vector<Pending> late;
  bool silent = false;
  for (auto it = pending_.begin(); it != pending_.end();) {
    const Pending& pending = it->second;
    if (now - pending.asked < pending.limit) {
      ++it;
      continue;
    }
    // A server that has not finished a frame since then is dead, or the way to it is; or the length of what it sends
    // is a lie, and whatever comes would be taken for a part of it.
    silent = silent || (session_ != nullptr && session_->last_frame < pending.asked);
    late.push_back(std::move(it->second));
    it = pending_.erase(it);
  }
  if (!pending_.empty()) watch();
  for (const Pending& pending : late) {
    const auto limit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(pending.limit).count();
    pending.handler(
        tl::unexpected(Unanswered{.sent = pending.sent,
                                  .error = world_error(where_, fmt::format("has not answered for {} ms", limit_ms),
                                                       "check that a RocketMQ server is up there")
                                               .value()}));
  }
  if (silent && session_ != nullptr)
    fail(session_, world_error(where_, "does not answer any more", "check that a RocketMQ server is up there").value());
}

}  // namespace temblor::rocketmq
