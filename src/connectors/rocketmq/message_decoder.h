#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connectors/rocketmq/message.h"

namespace temblor::rocketmq {

/// Reads the messages of a pull's reply, one behind the other, without copying: only bodies that are compressed are
/// inflated, into a buffer of its own. Any bytes are safe to be read. One thread at a time.
/// Format: MessageDecoder.java and MessageVersion.java of RocketMQ 5.3, big-endian.
class MessageDecoder {
 public:
  MessageDecoder();
  ~MessageDecoder();
  MessageDecoder(const MessageDecoder&) = delete;
  MessageDecoder& operator=(const MessageDecoder&) = delete;

  /// Begins with `body`, which must outlive the views into it. Inflated bodies of the reply before are gone.
  void begin(std::string_view body);

  enum class Next : std::uint8_t { kMessage, kEnd, kBroken };
  /// Reads the next message into `message`. kBroken: what is left is no message; the caller goes on behind it with
  /// Pulled::next_offset.
  Next next(MessageView& message);

  /// What has not been read yet.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  class Inflater;

  std::string_view rest_;
  std::unique_ptr<Inflater> inflater_;  ///< made at the first compressed body: most topics have none
};

}  // namespace temblor::rocketmq
