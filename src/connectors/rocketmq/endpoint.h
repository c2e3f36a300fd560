#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor::rocketmq {

/// Where a server listens: a name or an address, and a port. IPv6 addresses are written in brackets.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  /// Reads `host:port`.
  static Result<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace temblor::rocketmq
