#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace temblor::rocketmq {

/// A queue of a topic: the broker's name (not its address, which may change) and the queue's number there.
struct Queue {
  std::string broker;
  std::int32_t id = 0;

  auto operator<=>(const Queue&) const = default;
};

/// Which of `queue_count` (≥ 1) queues the messages of `key` go to, by its place among a topic's queues sorted by
/// broker and number: XXH3 with seed 0, the same in every process and on every platform. Changing it would tear a
/// sensor's records apart in topics that exist.
inline std::size_t queue_of_key(std::string_view key, std::size_t queue_count) {
  return hash_bytes(key, 0) % queue_count;
}

}  // namespace temblor::rocketmq
