#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor::flink_rest {

/// JSON over HTTP, as Flink's JobManager speaks it. Each call waits for the answer, some seconds for a connection and a
/// minute for bytes. What a server refuses is the world's error, with the cause out of its stack trace; so is one that
/// does not answer, and an answer that is no JSON or beyond all measure. One thread at a time.
class Http {
 public:
  /// `address` is HOST:PORT, http://HOST:PORT or https://HOST:PORT; otherwise it is the user's error. Connects to
  /// nothing.
  static Result<Http> at(std::string_view address);

  Http(Http&&) noexcept;
  Http& operator=(Http&&) noexcept;
  ~Http();

  Result<nlohmann::json> get(const std::string& path);
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body);
  /// Sends a file as a form does.
  Result<nlohmann::json> upload(const std::string& path, const std::string& name, std::string content);
  Result<void> remove(const std::string& path);

  /// With its scheme: http://localhost:8081.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Connection;

  Http(std::string address, std::unique_ptr<Connection> connection);
  Result<nlohmann::json> ask(const std::string& method, const std::string& path, std::string body);

  std::string address_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace temblor::flink_rest
