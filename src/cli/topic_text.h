#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/rocketmq/message.h"
#include "connectors/rocketmq/queue.h"

namespace temblor {

/// What a queue holds: the messages from `min` up to, not including, `max`.
struct QueueState {
  rocketmq::Queue queue;
  Offset min = 0;
  Offset max = 0;
  std::optional<Offset> committed{};  ///< by the group that was asked about; none where it has told nothing
};

/// The table of `temblor topic describe`, a line each, the closing one with the totals. The last two columns are there
/// with `with_group`; a queue's lag is what stands behind the group's committed offset. Pure.
std::vector<std::string> queue_table(const std::vector<QueueState>& queues, bool with_group);

/// The line above those of message_lines.
std::string message_heading();

/// A message of `temblor topic tail` as lines: one, or, of a message that packs many records, one for each, `.NUMBER`
/// behind the offset. Nothing of a message reaches the terminal unescaped, and what is long is cut. Pure.
std::vector<std::string> message_lines(const rocketmq::Queue& queue, const rocketmq::MessageView& message);

/// What a body is, in words. A record and a result are told apart by field 3, whatever the message's key looks like:
/// in a SeismicAggRecord it is the end of the window, a varint and never zero; in a SeismicRecord the longitude, eight
/// bytes. Each one's reader skips the other's. A result has a sensor and a window that ends after its start; a record
/// has a sensor or a time; anything else is shown as bytes. Pure; any bytes may be given.
std::string body_text(std::string_view body);

}  // namespace temblor
