#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor::flink_rest {

/// Reads an answer of the server at `address`; what `read` throws means that it has another form than that of this API.
template <class Read>
auto reading(const std::string& address, const Read& read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const nlohmann::json::exception& problem) {
    return world_error(address, fmt::format("answers as no JobManager of Flink 1.17 does: {}", problem.what()),
                       "is another server meant?");
  }
}

/// What may stand in a path or a query as it is, and the rest as %XX.
inline std::string encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace temblor::flink_rest
