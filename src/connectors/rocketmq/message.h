#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

/// What stands between a message and its body.
enum class BodyStatus : std::uint8_t {
  kGood,              ///< `body` is what was sent
  kOtherCompression,  ///< LZ4 or ZSTD; `body` is as it came
  kBroken,            ///< its checksum is wrong, or it does not inflate; `body` is as it came
  kTooLong,           ///< it inflates to more than limits::kMessageBytes; `body` is as it came
  kInnerBatch,        ///< many messages in one, as a topic of batch queues stores them; `body` is as it came
};

/// One stored message. The views point into the reply it came in, or, inflated, into the decoder.
struct MessageView {
  Offset offset = 0;  ///< in its queue
  std::int32_t queue_id = 0;
  std::int32_t system_flags = 0;
  Timestamp stored{};  ///< when the broker stored it
  Timestamp born{};    ///< when its producer says that it was sent
  BodyStatus status = BodyStatus::kGood;
  std::string_view body;
  std::string_view topic;
  std::string_view properties;  ///< see find_property
};

/// The value of a property of a message, if it is there.
/// Format (MessageDecoder.java): name, 0x01, value, 0x02, and so on; the last 0x02 may be missing.
std::optional<std::string_view> find_property(std::string_view properties, std::string_view name);

/// Adds a property. Neither may hold bytes 0x01 and 0x02, and neither is empty: others' readers skip such ones.
void append_property(std::string& properties, std::string_view name, std::string_view value);

/// The names of properties that others know too (MessageConst.java): keys to find a message by, separated by spaces.
inline constexpr std::string_view kKeysProperty = "KEYS";
inline constexpr std::string_view kTagsProperty = "TAGS";

}  // namespace temblor::rocketmq
