#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace temblor::flink_rest {

/// JSON over HTTP, as Flink's JobManager speaks it. Each call waits for the answer, some seconds for a connection and
/// as long as it was told for all of it; an upload for ten minutes. What a server refuses is the world's error, with
/// the cause out of its stack trace; so is one that does not answer, and an answer that is no JSON or beyond all
/// measure. One thread at a time.
class Http {
 public:
  /// A JobManager runs a job's main before it answers.
  static constexpr Milliseconds kPatience{60'000};

  /// `address` is HOST:PORT, http://HOST:PORT or https://HOST:PORT; otherwise it is the user's error. Connects to
  /// nothing. `patience` is how long an answer may take, to its last byte.
  static Result<Http> at(std::string_view address, Milliseconds patience = kPatience);

  Http(Http&&) noexcept;
  Http& operator=(Http&&) noexcept;
  ~Http();

  Result<nlohmann::json> get(const std::string& path);
  /// The same, and nothing where the server does not know what is asked for (404).
  Result<std::optional<nlohmann::json>> find(const std::string& path);
  /// Text in `body` that is no UTF-8 is the user's error.
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body);
  /// Sends JSON to a server that may answer with anything, if only with a status below 300.
  Result<void> send_text(const std::string& path, const std::string& json);
  /// Sends a file as a form does.
  Result<nlohmann::json> upload(const std::string& path, const std::string& name, std::string content);
  Result<void> remove(const std::string& path);
  Result<void> patch(const std::string& path);

  /// Whether the last request was sent and not answered, not with a refusal either: it may come through all the same.
  [[nodiscard]] bool may_come_through() const { return may_come_through_; }

  /// With its scheme: http://localhost:8081.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Connection;

  struct Request {
    std::string method;
    std::string path;
    std::string body;
    std::string type;  ///< of the body
    Milliseconds limit{};
  };

  struct Answer {
    int status = 0;
    std::string body;
  };

  Http(std::string address, Milliseconds patience, std::unique_ptr<Connection> connection);
  Result<Answer> send(const Request& asked);
  Result<Answer> send(const std::string& method, const std::string& path, std::string body);
  Result<nlohmann::json> ask(const std::string& method, const std::string& path, std::string body);
  [[nodiscard]] tl::unexpected<Error> no_answer_within(Milliseconds limit) const;
  tl::unexpected<Error> no_answer(int failure);

  std::string address_;
  Milliseconds patience_;
  std::unique_ptr<Connection> connection_;
  bool may_come_through_ = false;
};

}  // namespace temblor::flink_rest
