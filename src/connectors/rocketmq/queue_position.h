#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

/// Where the reading of a queue stands, and what it must remember across a restart.
struct QueuePosition {
  Offset offset = 0;              ///< of the message that is read next
  std::uint32_t records = 0;      ///< of that message that were read already, where it packs many
  Timestamp stored = kBeforeAll;  ///< when the broker stored the last message that was read
  std::optional<Offset> end;      ///< of a bounded source: where it ends, as it was at the job's start

  /// As a checkpoint keeps it: the offset, and the rest as two or three numbers in text.
  [[nodiscard]] SplitPosition to_split_position() const;
  static Result<QueuePosition> from(const SplitPosition& position, const SplitId& split);
  bool operator==(const QueuePosition&) const = default;
};

}  // namespace temblor::rocketmq
