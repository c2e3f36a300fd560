#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

class PullLoop;

struct PullerConfig {
  std::string topic;
  Queue queue;
  std::string group;
  Offset offset = 0;                 ///< of the first message wanted
  std::int32_t max_messages = 1024;  ///< of one request; a broker may give fewer, by default 32
  /// How long a broker may hold a request while there is no message. It looks at the clock every 5 s only.
  Milliseconds long_poll{10'000};
  std::size_t prefetch_bytes = limits::kRocketmqPrefetchBytes;  ///< no new request while more than this waits
};

enum class PullStatus : std::uint8_t {
  kMessages,     ///< `body` holds some
  kAsking,       ///< a request is on its way and was not answered yet: poll again
  kNothingYet,   ///< the broker has said, less than limits::kRocketmqProofMs ago, that there is nothing more
  kUnavailable,  ///< the broker cannot be asked; it is tried again in the background. `error` says why
  kOffsetMoved,  ///< the broker has no such offset (any more); nothing goes on before seek()
  kNoTopic,      ///< the broker says that the topic or queue is not there; it is asked again in the background
  kRefused,      ///< the broker will not serve this group or topic; it is asked again in the background
};

/// What a poll brought. Owns its bytes.
struct Pulled {
  PullStatus status = PullStatus::kAsking;
  std::shared_ptr<const std::string> frame{};  ///< what `body` points into; keep it as long as message views are used
  std::string_view body{};                     ///< messages one behind the other: for MessageDecoder
  Offset offset = 0;                           ///< what was asked for; messages before it are not meant (inner batches)
  Offset next_offset = 0;        ///< where to go on: behind the last message; at kOffsetMoved the broker's proposal
  Offset min_offset = 0;         ///< of the queue, the oldest message there is
  Offset max_offset = 0;         ///< behind the newest one that the broker has made readable
  std::optional<Error> error{};  ///< for kUnavailable, kOffsetMoved, kNoTopic and kRefused
};

/// Reads one queue in order. A request is always in flight in the background, up to prefetch_bytes ahead.
/// One thread at a time.
class Puller {
 public:
  Puller(Client& client, PullerConfig config);
  ~Puller();
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  /// The next reply with messages, or why there is none; waits for `max_wait` at the most.
  Pulled poll(Milliseconds max_wait);

  /// Goes on at `offset`; what was prefetched is forgotten.
  void seek(Offset offset);

  /// Behind the newest message that the broker has made readable, as far as known: max_offset − next offset is the lag.
  [[nodiscard]] std::optional<Offset> max_offset() const;

 private:
  std::shared_ptr<PullLoop> loop_;
};

}  // namespace temblor::rocketmq
