#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/endpoint.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/rocketmq/request_signer.h"

namespace temblor::rocketmq {

class Cluster;
class Transport;
struct TopicRoute;

/// How to reach a RocketMQ cluster.
struct ClientConfig {
  std::vector<Endpoint> name_servers;  ///< at least one; the next is asked where one does not answer
  std::string client_id;               ///< what the broker's tools show; different in all clients alive
  /// Groups that this client is a producer of; brokers list them from before the first message on.
  std::vector<std::string> producer_groups{};
  /// Groups that this client reads for. May be left empty: pulling needs no heartbeat, only the broker's tools see
  /// less.
  std::vector<std::string> consumer_groups{};
  Milliseconds request_timeout{3000};  ///< of one request, long polls excepted
  Milliseconds patience{15'000};       ///< how long a blocking call tries again before it answers with an error
  Milliseconds heartbeat_interval{30'000};
  std::uint64_t seed = 0;                         ///< of the jitter of back-offs
  std::shared_ptr<const RequestSigner> signer{};  ///< for servers with access control; none: nothing is signed
};

/// A connection to a cluster, shared by all that is read from and written to it: name servers, routes, one TCP
/// connection for each broker, heartbeats, on one thread of its own. Whatever can be mended by trying again (a lost
/// connection, a broker that restarts, a moved queue, SYSTEM_BUSY, flow control) is tried again inside, with back-off
/// and jitter. Every method of it and of the classes that take it may be called from any thread, unless they say
/// otherwise; the blocking ones wait for `patience` at the most. It must outlive its pullers and producers.
class Client {
 public:
  /// Over TCP. Connects to nothing yet: a server that is down is noticed by the first call.
  Client(ClientConfig config, Clock& clock);
  /// Over something else, for tests.
  Client(ClientConfig config, std::unique_ptr<Transport> transport);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The queues of `topic` that can be read, sorted by broker and number. The name servers forget the queues of a
  /// broker that is down, so a list may shrink and grow again; it is for the caller to remember what it has seen.
  /// A topic that no name server knows is a user's error, remedy: create it; but where no broker at all is known, the
  /// servers are down rather than the topic missing, and it is the world's.
  Result<std::vector<Queue>> queues(std::string_view topic);
  /// Asks the same without waiting, once; `done` is called on the client's own thread, and must not block it.
  void look_up_queues(std::string_view topic, std::function<void(const Result<std::vector<Queue>>&)> done);
  /// The same for queues that can be written.
  Result<std::vector<Queue>> writable_queues(std::string_view topic);

  [[nodiscard]] const ClientConfig& config() const { return config_; }
  [[nodiscard]] Transport& transport() { return *transport_; }
  [[nodiscard]] const std::shared_ptr<Cluster>& cluster() { return cluster_; }  ///< of the transport's thread

 private:
  Result<TopicRoute> route(const std::string& topic);

  ClientConfig config_;
  std::unique_ptr<Transport> transport_;
  std::shared_ptr<Cluster> cluster_;
};

}  // namespace temblor::rocketmq
