#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/rocketmq/queue.h"
#include "testing/sim_network.h"

namespace temblor::rocketmq {

/// What goes wrong, in thousandths of all requests.
struct SimFaults {
  std::uint32_t drop = 0;       ///< the answer never comes
  std::uint32_t duplicate = 0;  ///< it comes twice
  std::uint32_t delay = 0;      ///< it comes up to 5 s late, behind others'
  std::uint32_t busy = 0;       ///< SYSTEM_BUSY, nothing is done
  std::uint32_t cut = 0;        ///< the connection breaks, before or after the request is carried out
  std::uint32_t restart = 0;    ///< the broker is gone for up to 4 s
};

/// A RocketMQ cluster in memory: a name server and some brokers, which know what temblor asks of them. A restart loses
/// no message. Its messages become readable some time after they were acknowledged, as a real broker's do.
class SimBroker {
 public:
  struct Stored {
    std::string body;
    std::string properties;
    std::int64_t stored_ms = 0;
    std::chrono::nanoseconds readable_at{};
  };

  SimBroker(SimNetwork& network, const std::vector<std::string>& names);

  [[nodiscard]] static Endpoint name_server() { return {.host = "names", .port = 9876}; }
  void set_faults(const SimFaults& faults) { faults_ = faults; }
  void create_topic(const std::string& topic, std::int32_t queues);
  /// Somebody else's message.
  void put(const std::string& topic, const Queue& queue, std::string body);
  /// Forgets the oldest messages of a queue, as a broker does with old files.
  void forget_before(const std::string& topic, const Queue& queue, std::int64_t offset);
  /// Forgets the newest messages of a queue, as a broker does that was ended before it had written them.
  void lose_newest(const std::string& topic, const Queue& queue, std::size_t count);
  void stop(const std::string& broker);
  void start(const std::string& broker);

  [[nodiscard]] const std::vector<Stored>& log(const std::string& topic, const Queue& queue) {
    return logs_[{topic, queue}];
  }

 private:
  void serve(const std::string& broker, std::uint64_t connection, const Frame& request, const SimNetwork::Reply& reply);
  void serve_names(const Frame& request, const SimNetwork::Reply& reply);
  void carry_out(const std::string& broker, std::uint64_t connection, const Frame& request,
                 const SimNetwork::Reply& reply);
  void store(const std::string& broker, const Frame& request, const SimNetwork::Reply& reply);
  bool pull(const Queue& queue, const Frame& request, bool may_hold, const SimNetwork::Reply& reply);
  void hold(const std::string& broker, const Frame& request, const SimNetwork::Reply& reply);
  /// Answers a pull that may be held until then, or looks again later.
  void look(const Queue& queue, const Frame& request, std::chrono::nanoseconds until, const SimNetwork::Reply& reply);
  void restart(const std::string& broker);
  /// Of the bodies that a broker has stored; or of those that it does not show yet.
  [[nodiscard]] std::size_t log_bytes(const std::string& broker, bool unreadable) const;
  /// From when on a message that a broker stores now can be read.
  std::chrono::nanoseconds readable_at(const std::string& broker);
  [[nodiscard]] std::int64_t readable_end(const std::string& topic, const Queue& queue);
  [[nodiscard]] bool happens(std::uint32_t thousandths) { return network_.random(1000) < thousandths; }
  [[nodiscard]] std::string brokers_json() const;

  SimNetwork& network_;
  SimFaults faults_;
  std::map<std::string, Endpoint> brokers_;
  std::set<std::string> alive_;
  std::map<std::string, std::chrono::nanoseconds> newest_readable_at_;  ///< by broker
  std::map<std::string, std::int32_t> topics_;                          ///< queues on each broker
  std::map<std::pair<std::string, Queue>, std::vector<Stored>> logs_;
  std::map<std::pair<std::string, Queue>, std::int64_t> begins_;
  std::map<std::string, std::int64_t> group_offsets_;                                    ///< by group, topic and queue
  std::map<std::uint64_t, std::pair<std::string, std::vector<std::string>>> producers_;  ///< client, groups
};

}  // namespace temblor::rocketmq
