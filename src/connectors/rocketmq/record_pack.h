#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/rocketmq/message.h"
#include "schema/wire.h"

namespace temblor::rocketmq {

/// The property that marks a message which holds many records, one behind the other, a varint length before each. Its
/// value is how many there are, for people; who reads goes by the bytes.
inline constexpr std::string_view kPackProperty = "temblor.pack";

/// Whether a message with these properties packs many records. Hardly any other property has a dot, so that is what
/// each message is asked for.
inline bool is_packed(std::string_view properties) {
  return properties.find('.') != std::string_view::npos && find_property(properties, kPackProperty).has_value();
}

/// Reads the records of one packed message. Any bytes are safe to be read.
class RecordPack {
 public:
  RecordPack() = default;
  explicit RecordPack(std::string_view body) : rest_(body) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  /// What has not been read.
  [[nodiscard]] std::string_view rest() const { return rest_; }

  /// The next record; none where what is left begins with no whole one.
  std::optional<std::string_view> next() {
    std::uint64_t length = 0;
    const char* end = rest_.data() + rest_.size();
    const char* begin = wire::read_varint(rest_.data(), end, length);
    if (begin == nullptr || length > static_cast<std::uint64_t>(end - begin)) return std::nullopt;
    const std::string_view record(begin, static_cast<std::size_t>(length));
    rest_.remove_prefix(static_cast<std::size_t>(record.data() + record.size() - rest_.data()));
    return record;
  }

 private:
  std::string_view rest_;
};

}  // namespace temblor::rocketmq
