#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/connection.h"
#include "connectors/rocketmq/topic_route.h"
#include "connectors/rocketmq/transport.h"

namespace temblor::rocketmq {

template <class T>
using Handler = std::function<void(Result<T>)>;

/// What is known of the servers: which name server answers, the routes of topics, a connection to each server. Of the
/// transport's thread, except the constructor and stop(); held by a shared_ptr. No handler is called from inside the
/// call that takes it.
class Cluster : public std::enable_shared_from_this<Cluster> {
 public:
  Cluster(Transport& transport, const ClientConfig& config);

  /// Once the transport's thread has ended.
  void stop();

  [[nodiscard]] Transport& transport() { return transport_; }
  [[nodiscard]] const ClientConfig& config() const { return config_; }
  /// A seed for a back-off of its own.
  std::uint64_t next_seed() { return config_.seed + ++seeds_; }

  /// Asks one name server after the other until one can say what is asked: not that it knows no such topic, or no
  /// broker. Where none can, an answer all the same if there is one, best that the topic is unknown, or an error.
  void ask_name_server(const Request& request, AnswerHandler handler);
  /// Asks a certain server, once.
  void ask(const Endpoint& server, Request request, std::chrono::nanoseconds limit, AnswerHandler handler);
  /// Asks the broker of a queue, once; adds `topic` and nothing else to the request. An error of the user's that was
  /// not sent says that nobody knows the topic.
  void ask_queue(const std::string& topic, const Queue& queue, Request request, std::chrono::nanoseconds limit,
                 AnswerHandler handler);

  /// The route of a topic, as it was known some seconds ago at the most. Where the name servers know it no more, what
  /// they knew last: with its only broker down a topic is forgotten as if it had never been.
  void find_route(const std::string& topic, Handler<std::shared_ptr<const TopicRoute>> handler);
  /// The next route of `topic` is asked for: it was changed from here.
  void forget_route(const std::string& topic) { routes_.erase(topic); }
  /// All brokers that are alive.
  void find_brokers(Handler<Masters> handler);

  /// Makes `attempt` again and again until it is answered with a code that trying again cannot change, for
  /// config().patience at the most. `is_final` says which codes those are; is_final_code where it is none.
  void retry(std::function<void(AnswerHandler)> attempt, Handler<Frame> done,
             std::function<bool(const Frame&)> is_final = {});

 private:
  struct KnownRoute {
    std::shared_ptr<const TopicRoute> route;  ///< none before the first answer
    std::chrono::nanoseconds asked{};
    bool doubted = false;  ///< a request that followed it went wrong
    std::vector<Handler<std::shared_ptr<const TopicRoute>>> waiting;
  };

  void ask_name_server(const Request& request, std::size_t tried, std::optional<Frame> otherwise,
                       AnswerHandler handler);
  void take_route(const std::string& topic, const Answer& answer);
  void settle_route(KnownRoute& known, const Error& otherwise);
  std::shared_ptr<Connection> connection_to(const Endpoint& server, bool is_broker);
  [[nodiscard]] Request heartbeat() const;
  void beat();

  Transport& transport_;
  ClientConfig config_;
  std::size_t name_server_ = 0;  ///< the one that is asked first
  std::map<std::string, KnownRoute, std::less<>> routes_;
  std::map<Endpoint, std::shared_ptr<Connection>> brokers_;
  std::map<Endpoint, std::shared_ptr<Connection>> name_servers_;
  std::uint64_t seeds_ = 0;
  bool beating_ = false;
};

/// Whether trying again cannot change an answer: success, and what is wrong with the request.
bool is_final_code(const Frame& frame);

/// What a server says instead of doing what it was asked, as an error.
Error refusal(const Frame& frame, const std::string& where);

}  // namespace temblor::rocketmq
