#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace temblor::rocketmq {

/// A message as a broker stores and gives it, for the doubles of tests.
struct StoredMessage {
  std::int64_t offset = 0;
  std::int32_t queue_id = 0;
  std::int32_t system_flags = 0;
  std::int64_t born_ms = 0;
  std::int64_t stored_ms = 0;
  std::string_view body{};
  std::string_view topic{};
  std::string_view properties{};
  bool long_topic = false;  ///< as magic V2 writes it
  bool wrong_checksum = false;
};

/// Appends it as MessageDecoder.java reads it.
void append_stored(const StoredMessage& message, std::string& out);

/// `text` as a body that is compressed with zlib.
std::string deflated(std::string_view text);

}  // namespace temblor::rocketmq
