#include "connectors/rocketmq/endpoint.h"

#include <charconv>

namespace temblor::rocketmq {

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto refuse = [&] {
    return user_error("'" + std::string(text) + "'", "is no address of a server", "write HOST:PORT");
  };
  if (colon == std::string_view::npos || colon == 0) return refuse();
  Endpoint endpoint{.host = std::string(text.substr(0, colon))};
  if (endpoint.host.front() == '[' && endpoint.host.back() == ']') {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size() || endpoint.port == 0 || endpoint.host.empty()) {
    return refuse();
  }
  return endpoint;
}

std::string Endpoint::to_string() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace temblor::rocketmq
