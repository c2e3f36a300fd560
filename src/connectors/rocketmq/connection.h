#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/backoff.h"
#include "connectors/rocketmq/endpoint.h"
#include "connectors/rocketmq/frame.h"
#include "connectors/rocketmq/transport.h"

namespace temblor::rocketmq {

/// Why a request has no answer.
struct Unanswered {
  bool sent = false;  ///< false: surely not a byte of it has left; true: the server may have acted on it, or may yet
  Error error;
};

using Answer = tl::expected<Frame, Unanswered>;
using AnswerHandler = std::function<void(Answer)>;

/// A connection to one server that comes back: it connects at the first request, carries any number of requests at a
/// time, and after a failure fails what waits and refuses what comes until its back-off is over, so that those who ask
/// decide what to do meanwhile. Of the transport's thread; held by a shared_ptr.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Settings {
    std::chrono::nanoseconds connect_limit{};
    std::uint64_t seed = 0;
    std::shared_ptr<const RequestSigner> signer{};
    /// What is sent first on each new connection, and answered before anything else leaves; none where it is empty.
    std::function<Request()> greeting{};
  };

  Connection(Transport& transport, Endpoint peer, Settings settings);

  /// Sends a request. `handler` is called once, never from inside this call: with the answer, or with what went wrong
  /// within `limit`. Answers come in any order.
  void request(Request request, std::chrono::nanoseconds limit, AnswerHandler handler);

  /// Forgets all requests without calling their handlers, and closes. For the end, when nothing runs any more.
  void abandon();

  [[nodiscard]] bool is_open() const { return session_ != nullptr && session_->greeted; }
  [[nodiscard]] const Endpoint& peer() const { return peer_; }

 private:
  /// One TCP connection; kept by its own handlers, which may outlast its use.
  struct Session {
    explicit Session(std::string where) : reader(std::move(where)) {}
    std::unique_ptr<Stream> stream;  ///< none while connecting
    FrameReader reader;
    std::string writing;  ///< what is being written now
    bool is_writing = false;
    bool greeted = false;
    std::chrono::nanoseconds last_frame{};  ///< when one came in whole, or the connection was made
  };
  struct Pending {
    AnswerHandler handler;
    std::chrono::nanoseconds asked{};
    std::chrono::nanoseconds limit{};
    bool sent = false;
  };

  void connect();
  void greet(const std::shared_ptr<Session>& session);
  void write(const std::shared_ptr<Session>& session);
  void flush(const std::shared_ptr<Session>& session);
  void read(const std::shared_ptr<Session>& session);
  void take(Frame frame);
  void fail(const std::shared_ptr<Session>& session, const Error& error);
  void refuse(AnswerHandler handler, Error error);
  std::int32_t expect(std::chrono::nanoseconds limit, AnswerHandler handler);
  void watch();
  void expire();

  Transport& transport_;
  Endpoint peer_;
  std::string where_;
  Settings settings_;
  Backoff backoff_;
  std::shared_ptr<Session> session_;  ///< none while there is no connection
  std::optional<Error> last_error_;
  std::chrono::nanoseconds retry_at_{};                      ///< no new connection before
  std::vector<std::pair<std::int32_t, Request>> unwritten_;  ///< with their opaques
  std::size_t unwritten_bytes_ = 0;                          ///< of their bodies
  std::unordered_map<std::int32_t, Pending> pending_;
  std::int32_t next_opaque_ = 0;
  bool watching_ = false;
};

}  // namespace temblor::rocketmq
