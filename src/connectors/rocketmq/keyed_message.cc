#include "connectors/rocketmq/keyed_message.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "connectors/rocketmq/message.h"

namespace temblor::rocketmq {

void append_key(std::string_view part, std::string& key) {
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || c == '%' || c == '|') {
      key += fmt::format("%{:02X}", byte);
    } else {
      key += c;
    }
  }
}

KeyedMessage LetterMessages::next(Letter letter) {
  KeyedMessage message;
  std::string split;
  append_key(letter.split, split);
  message.key = fmt::format("{}|{}|", split, letter.offset);
  append_key(letter.reason, message.key);
  const std::uint32_t number = numbers_[message.key]++;
  message.key += fmt::format("|{}.{}", commit_, number);
  append_property(message.properties, "split", split);
  append_property(message.properties, "offset", std::to_string(letter.offset));
  if (letter.end_offset != 0) append_property(message.properties, "end_offset", std::to_string(letter.end_offset));
  append_property(message.properties, "reason", letter.reason);
  append_property(message.properties, "time", std::to_string(letter.time_ms));
  append_property(message.properties, "count", std::to_string(letter.count));
  // A broker counts all of a message, the key too. For what is added below this, the limit has room.
  cut_payload(letter, limits::kRocketmqBodyBytes - message.properties.size() - message.key.size());
  if (letter.payload_bytes != 0) {
    append_property(message.properties, "payload_bytes", std::to_string(letter.payload_bytes));
  }
  message.body = letter.payload;
  message.queue_by = letter.split;
  return message;
}

}  // namespace temblor::rocketmq
