// Any bytes a server may send: they are cut into frames the same way however they come, and what a frame holds is read
// as messages, a route and a cluster without touching a byte outside of it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "connectors/rocketmq/frame.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/topic_route.h"

namespace temblor::rocketmq {
namespace {

/// The bodies of all frames, and whether the stream ended in an error.
std::pair<std::vector<std::string>, bool> cut(std::string_view stream, std::size_t piece) {
  FrameReader reader("fuzz");
  std::vector<std::string> bodies;
  while (!stream.empty()) {
    const auto space = reader.space();
    const std::size_t count = std::min({space.size(), stream.size(), piece});
    std::memcpy(space.data(), stream.data(), count);
    stream.remove_prefix(count);
    reader.filled(count);
    for (;;) {
      auto frame = reader.next();
      if (!frame) return {bodies, true};
      if (!*frame) break;
      bodies.emplace_back((*frame)->body);
    }
  }
  return {bodies, false};
}

void decode(std::string_view body) {
  MessageDecoder decoder;
  decoder.begin(body);
  MessageView message;
  std::size_t left = body.size();
  while (decoder.next(message) == MessageDecoder::Next::kMessage) {
    if (decoder.rest().size() >= left) std::abort();
    left = decoder.rest().size();
    if (message.status == BodyStatus::kGood && (message.system_flags & 1) != 0 &&
        message.body.size() > limits::kMessageBytes) {
      std::abort();
    }
    static_cast<void>(find_property(message.properties, kKeysProperty));
  }
}

}  // namespace
}  // namespace temblor::rocketmq

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace temblor::rocketmq;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = cut(bytes, size);
  if (cut(bytes, 5) != whole) std::abort();
  for (const std::string& body : whole.first) decode(body);
  decode(bytes);
  static_cast<void>(parse_route(bytes, "fuzz"));
  static_cast<void>(parse_cluster(bytes, "fuzz"));
  return 0;
}
