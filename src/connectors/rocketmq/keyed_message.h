#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "schema/serializer.h"

namespace temblor::rocketmq {

/// A message that is to arrive once, known by its key.
struct KeyedMessage {
  std::string key;       ///< different in all messages of a job; at most a few hundred bytes, see append_key
  std::string queue_by;  ///< messages of one go to one queue
  std::string body;
  std::string properties;  ///< without the key
};

/// Appends a part of a key, with what may not stand in one (RocketMQ separates keys by spaces) as %XX. `|` too, which
/// separates the parts.
void append_key(std::string_view part, std::string& key);

/// Makes the messages of the letters that are committed together: the bytes as they came, and where they came from and
/// why they stand here as properties `split`, `offset`, `end_offset`, `reason`, `time` (ms since the epoch) and
/// `count`; see letter.proto. What no broker takes for its length is cut, and `payload_bytes` says how long it was. One
/// thread at a time.
class LetterMessages {
 public:
  /// Letters of one place and reason are told apart by the number of their commit and their own in it: the order in
  /// which they are handed in.
  explicit LetterMessages(std::uint64_t commit) : commit_(commit) {}

  KeyedMessage next(Letter letter);

 private:
  std::uint64_t commit_;
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace temblor::rocketmq
