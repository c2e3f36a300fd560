#pragma once

#include <string_view>

#include "connectors/rocketmq/message.h"

namespace temblor::rocketmq {

/// The property that marks a message which holds many records, one behind the other, a varint length before each. Its
/// value is how many there are, for people; who reads goes by the bytes.
inline constexpr std::string_view kPackProperty = "temblor.pack";

/// Whether a message with these properties packs many records. Hardly any other property has a dot, so that is what
/// each message is asked for.
inline bool is_packed(std::string_view properties) {
  return properties.find('.') != std::string_view::npos && find_property(properties, kPackProperty).has_value();
}

}  // namespace temblor::rocketmq
