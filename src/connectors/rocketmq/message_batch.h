#pragma once

#include <string>
#include <string_view>

#include "connectors/rocketmq/big_endian.h"

namespace temblor::rocketmq {

/// Appends a message to the body of a SEND_BATCH_MESSAGE request.
/// Format (MessageDecoder.java, encodeMessage): 4 bytes length of all, 4 magic and 4 checksum that nobody reads,
/// 4 flag, 4 length of the body, body, 2 length of the properties, properties.
inline void append_to_batch(std::string_view body, std::string_view properties, std::string& batch) {
  constexpr std::size_t kFixedBytes = 5 * 4 + 2;
  append_big_endian(static_cast<std::uint32_t>(kFixedBytes + body.size() + properties.size()), batch);
  batch.append(3 * 4, '\0');
  append_big_endian(static_cast<std::uint32_t>(body.size()), batch);
  batch += body;
  append_big_endian(static_cast<std::uint16_t>(properties.size()), batch);
  batch += properties;
}

}  // namespace temblor::rocketmq
