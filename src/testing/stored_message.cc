#include "testing/stored_message.h"

#include <libdeflate.h>

#include "connectors/rocketmq/big_endian.h"
#include "connectors/rocketmq/protocol.h"

namespace temblor::rocketmq {

void append_stored(const StoredMessage& message, std::string& out) {
  const std::uint32_t crc = libdeflate_crc32(0, message.body.data(), message.body.size()) & 0x7FFFFFFFU;
  std::string rest;
  append_big_endian(message.long_topic ? kMessageMagicV2 : kMessageMagic, rest);
  append_big_endian(crc ^ (message.wrong_checksum ? 1U : 0U), rest);
  append_big_endian(message.queue_id, rest);
  append_big_endian(std::int32_t{0}, rest);
  append_big_endian(message.offset, rest);
  append_big_endian(std::int64_t{0}, rest);
  append_big_endian(message.system_flags, rest);
  append_big_endian(message.born_ms, rest);
  rest.append((message.system_flags & kMessageBornHostV6) != 0 ? 20 : 8, '\x7f');
  append_big_endian(message.stored_ms, rest);
  rest.append((message.system_flags & kMessageStoreHostV6) != 0 ? 20 : 8, '\x7f');
  append_big_endian(std::int32_t{0}, rest);
  append_big_endian(std::int64_t{0}, rest);
  append_big_endian(static_cast<std::uint32_t>(message.body.size()), rest);
  rest += message.body;
  if (message.long_topic) {
    append_big_endian(static_cast<std::uint16_t>(message.topic.size()), rest);
  } else {
    append_big_endian(static_cast<std::uint8_t>(message.topic.size()), rest);
  }
  rest += message.topic;
  append_big_endian(static_cast<std::uint16_t>(message.properties.size()), rest);
  rest += message.properties;
  append_big_endian(static_cast<std::uint32_t>(rest.size() + 4), out);
  out += rest;
}

std::string deflated(std::string_view text) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_zlib_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_zlib_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

}  // namespace temblor::rocketmq
