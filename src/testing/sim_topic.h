#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "connectors/rocketmq/topic_log.h"
#include "testing/memory_file_system.h"
#include "testing/sim_broker.h"
#include "testing/sim_clock.h"
#include "testing/sim_network.h"
#include "testing/sim_transport.h"

namespace temblor::rocketmq {

/// A topic of a simulated cluster, and the processes that write to it, one after the other.
struct SimTopic {
  static constexpr char kName[] = "results";

  /// `queues` on each of the brokers.
  SimTopic(std::uint64_t seed, const std::vector<std::string>& brokers, std::int32_t queues)
      : network(clock, seed), broker(network, brokers) {
    broker.create_topic(kName, queues);
  }

  /// A new process, once the one before it is gone; it dies at `dies_at`, where that is set.
  std::unique_ptr<TopicLog> start() {
    const Environment environment{.clock = sleeper, .files = files, .hash_seed = ++processes};
    TopicUri topic{.name_servers = {SimBroker::name_server()}, .topic = kName};
    return std::make_unique<TopicLog>(
        TopicLog::Settings{.uri = "rocketmq://sim/results", .topic = std::move(topic), .group = "writers"}, environment,
        [this](ClientConfig config) {
          return std::make_unique<Client>(std::move(config), std::make_unique<SimTransport>(network, dies_at));
        });
  }

  SimClock clock;
  MemoryFileSystem files;
  SimNetwork network;
  SimNetworkClock sleeper{clock, network};
  SimBroker broker;
  std::optional<std::chrono::nanoseconds> dies_at;
  std::uint64_t processes = 0;
};

}  // namespace temblor::rocketmq
