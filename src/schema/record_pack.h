#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/wire.h"

namespace temblor {

/// Reads records that lie one behind the other in one message, a varint length before each. Any bytes are safe to be
/// read.
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

}  // namespace temblor
