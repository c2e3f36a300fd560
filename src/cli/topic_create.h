#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/rocketmq/topic_route.h"

namespace temblor {

/// The names of those of `brokers` that have no queue of `topic` yet: where it is to be made. A broker that has another
/// number of them than `queues` is a user's error: fewer would hide messages, and with more of them a sensor's records
/// go on in another queue, so that is nothing to happen by the way. Pure.
Result<std::vector<std::string>> brokers_without(const std::string& topic, const rocketmq::Masters& brokers,
                                                 const std::vector<rocketmq::Queue>& readable,
                                                 const std::vector<rocketmq::Queue>& writable, std::int32_t queues);

}  // namespace temblor
