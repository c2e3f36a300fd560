#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/endpoint.h"
#include "connectors/rocketmq/topic_route.h"

namespace temblor::rocketmq {

/// A producer that a broker has a connection to, and that has sent a heartbeat.
struct ProducerConnection {
  std::string client_id;
  std::string address;  ///< `host:port` as the broker sees it
  std::string broker;   ///< the name of the broker that says so
};

/// How far a broker's log goes, in bytes from its very beginning.
struct LogEnds {
  std::uint64_t stored = 0;
  std::uint64_t readable = 0;  ///< what lies before has been shown to readers; maybe some of what lies behind, too
};

/// What can be asked and told beyond reading and writing. Blocking; see Client.
class BrokerAdmin {
 public:
  explicit BrokerAdmin(Client& client) : client_(client) {}

  /// The masters of all brokers that are alive, by name.
  Result<Masters> brokers();

  /// Makes `topic` with `queues` queues (1 … limits::kRocketmqQueues) on each of `brokers` (names; empty: all), or
  /// changes it to as many; returns once the name server shows them.
  Result<void> create_topic(std::string_view topic, std::int32_t queues, const std::vector<std::string>& brokers = {});
  /// Removes `topic` from all brokers and name servers; one that is not there is no error.
  Result<void> delete_topic(std::string_view topic);

  /// All connections of producers of `group`, over all brokers; a client's own are among them.
  Result<std::vector<ProducerConnection>> producer_connections(std::string_view group);

  /// How far the log of `broker` goes.
  Result<LogEnds> log_ends(std::string_view broker);
  /// All that `broker` says of itself, by its own names.
  Result<std::map<std::string, std::string>> runtime_info(std::string_view broker);

 private:
  /// Where the master of a broker listens.
  Result<Endpoint> find(std::string_view broker);

  Client& client_;
};

}  // namespace temblor::rocketmq
