#pragma once

#include <memory>

#include "base/clock.h"
#include "connectors/rocketmq/transport.h"

namespace temblor::rocketmq {

/// TCP, on a thread of its own that begins at once. `clock` outlives it.
std::unique_ptr<Transport> make_asio_transport(Clock& clock);

}  // namespace temblor::rocketmq
