#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

/// Asks the broker of a queue for its offsets. Blocking; see Client.
class QueueOffsets {
 public:
  QueueOffsets(Client& client, std::string topic) : client_(client), topic_(std::move(topic)) {}

  /// Of the oldest message there is; the same as max() where there is none.
  Result<Offset> min(const Queue& queue);
  /// Behind the newest message that can be read. It runs behind acknowledged sends, by some 0.2 s and under load more:
  /// see StoredUntilNow.
  Result<Offset> max(const Queue& queue);
  /// Of the first message that was stored at `time` or later; max() where there is none.
  Result<Offset> at(const Queue& queue, Timestamp time);

  /// What was told for `group`; none where nothing was.
  Result<std::optional<Offset>> committed(const Queue& queue, std::string_view group);
  /// Tells the broker that `group` has read all before `offset`, so that its tools show the lag.
  Result<void> commit(const Queue& queue, std::string_view group, Offset offset);
  /// The same without waiting, once; it may get lost. `done`, which may be none, is
  /// called on the client's own thread, whatever becomes of it.
  void tell(const Queue& queue, std::string_view group, Offset offset, std::function<void()> done = {});

 private:
  Client& client_;
  std::string topic_;
};

}  // namespace temblor::rocketmq
