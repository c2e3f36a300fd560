#include "connectors/rocketmq/queue_position.h"

#include <fmt/format.h>

#include <charconv>

namespace temblor::rocketmq {
namespace {

/// Takes a number and the space behind it off the front of `text`.
template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != ' ') return false;
  text.remove_prefix(1);
  return !text.empty();
}

}  // namespace

SplitPosition QueuePosition::to_split_position() const {
  std::string state = fmt::format("{} {}", records, to_ms(stored));
  if (end) state += fmt::format(" {}", *end);
  return {.offset = offset, .state = std::move(state)};
}

Result<QueuePosition> QueuePosition::from(const SplitPosition& position, const SplitId& split) {
  QueuePosition read;
  read.offset = position.offset;
  std::string_view rest = position.state;
  std::int64_t stored_ms = 0;
  Offset end = 0;
  const bool front = take(rest, read.records) && take(rest, stored_ms);
  if (!front || (!rest.empty() && (!take(rest, end) || !rest.empty()))) {
    return world_error(split, fmt::format("'{}' is no position in a queue", position.state),
                       "the checkpoint was written by another version");
  }
  read.stored = timestamp_from_ms(stored_ms);
  if (position.state.find(' ') != position.state.rfind(' ')) read.end = end;
  return read;
}

}  // namespace temblor::rocketmq
