#include "connectors/rocketmq/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/limits.h"

namespace temblor::rocketmq {
namespace {

/// Routes are asked for again after this time, or, where they are in doubt, after that.
constexpr std::chrono::seconds kRouteAge{10};
constexpr std::chrono::milliseconds kDoubtedRouteAge{300};

constexpr std::int32_t kGroupNotExist = 26;
constexpr std::int32_t kNoPermission = 16;

nlohmann::json group_list(const std::vector<std::string>& groups, const nlohmann::json& more) {
  auto list = nlohmann::json::array();
  for (const std::string& group : groups) {
    nlohmann::json entry = more;
    entry["groupName"] = group;
    list.push_back(std::move(entry));
  }
  return list;
}

/// Whether a name server can say what it is asked. One that is starting answers with an error, and one that has started
/// hears of the brokers and their topics within half a minute only.
bool knows(const Frame& answer, const Request& request) {
  if (answer.code == response::kSystemError || answer.code == response::kTopicNotExist) return false;
  if (answer.code != response::kSuccess) return true;
  if (request.code == RequestCode::kGetRouteInfoByTopic) return parse_route(answer.body, {}).has_value();
  if (request.code != RequestCode::kGetBrokerClusterInfo) return true;
  const auto brokers = parse_cluster(answer.body, {});
  return brokers && !brokers->empty();
}

}  // namespace

bool is_final_code(const Frame& frame) {
  switch (frame.code) {
    case response::kSystemError:
    case response::kSystemBusy:
    case response::kServiceNotAvailable:
    case response::kFlowControl:
    case response::kNotLeaderForQueue:
    case response::kGoAway:
      return false;
    default:
      return true;
  }
}

Error refusal(const Frame& frame, const std::string& where) {
  const std::string words = frame.remark.substr(0, std::min(frame.remark.find('\n'), limits::kRocketmqRemarkBytes));
  Error error{.what = fmt::format("refuses with code {}: {}", frame.code, words), .where = where, .remedy = {}};
  switch (frame.code) {
    case response::kTopicNotExist:
      error.blame = Blame::kUser;
      error.remedy = "create the topic";
      break;
    case kGroupNotExist:
      error.blame = Blame::kUser;
      error.remedy = "create the group, or let the broker do it: autoCreateSubscriptionGroup=true";
      break;
    case kNoPermission:
    case response::kInvalidParameter:
      error.blame = Blame::kUser;
      break;
    default:
      break;
  }
  return error;
}

Cluster::Cluster(Transport& transport, const ClientConfig& config) : transport_(transport), config_(config) {}

void Cluster::stop() {
  routes_.clear();
  for (const auto* connections : {&brokers_, &name_servers_}) {
    for (const auto& [server, connection] : *connections) connection->abandon();
  }
}

std::shared_ptr<Connection> Cluster::connection_to(const Endpoint& server, bool is_broker) {
  auto& connection = (is_broker ? brokers_ : name_servers_)[server];
  if (connection == nullptr) {
    Connection::Settings settings{
        .connect_limit = config_.request_timeout, .seed = next_seed(), .signer = config_.signer};
    const bool has_groups = !config_.producer_groups.empty() || !config_.consumer_groups.empty();
    if (is_broker && has_groups) {
      settings.greeting = [this] { return heartbeat(); };
      if (!std::exchange(beating_, true)) beat();
    }
    connection = std::make_shared<Connection>(transport_, server, std::move(settings));
  }
  return connection;
}

Request Cluster::heartbeat() const {
  const nlohmann::json body = {
      {"clientID", config_.client_id},
      {"heartbeatFingerprint", 0},
      {"producerDataSet", group_list(config_.producer_groups, nlohmann::json::object())},
      {"consumerDataSet", group_list(config_.consumer_groups, {{"consumeType", "CONSUME_ACTIVELY"},
                                                               {"messageModel", "CLUSTERING"},
                                                               {"consumeFromWhere", "CONSUME_FROM_FIRST_OFFSET"},
                                                               {"subscriptionDataSet", nlohmann::json::array()},
                                                               {"unitMode", false}})}};
  return Request{.code = RequestCode::kHeartBeat,
                 .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

void Cluster::beat() {
  transport_.after(config_.heartbeat_interval, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    for (const auto& [server, connection] : self->brokers_) {
      // One that is closed says it when it opens again. A heartbeat that fails has closed its connection.
      if (connection->is_open())
        connection->request(self->heartbeat(), self->config_.request_timeout, [](const Answer&) {});
    }
    self->beat();
  });
}

void Cluster::ask(const Endpoint& server, Request request, std::chrono::nanoseconds limit, AnswerHandler handler) {
  connection_to(server, true)->request(std::move(request), limit, std::move(handler));
}

void Cluster::ask_name_server(const Request& request, AnswerHandler handler) {
  ask_name_server(request, 1, std::nullopt, std::move(handler));
}

void Cluster::ask_name_server(const Request& request, std::size_t tried, std::optional<Frame> otherwise,
                              AnswerHandler handler) {
  const Endpoint& server = config_.name_servers[name_server_ % config_.name_servers.size()];
  connection_to(server, false)
      ->request(request, config_.request_timeout,
                [self = shared_from_this(), request, tried, otherwise = std::move(otherwise),
                 handler = std::move(handler)](Answer answer) mutable {
                  if (answer && knows(*answer, request)) return handler(std::move(answer));
                  ++self->name_server_;
                  if (answer && (!otherwise || answer->code == response::kTopicNotExist)) {
                    otherwise = std::move(*answer);
                  }
                  if (tried < self->config_.name_servers.size()) {
                    return self->ask_name_server(request, tried + 1, std::move(otherwise), std::move(handler));
                  }
                  handler(otherwise ? Answer(std::move(*otherwise)) : std::move(answer));
                });
}

void Cluster::find_route(const std::string& topic, Handler<std::shared_ptr<const TopicRoute>> handler) {
  KnownRoute& known = routes_[topic];
  const auto age = transport_.now() - known.asked;
  if (known.route != nullptr && known.waiting.empty() && age < kRouteAge &&
      (!known.doubted || age < kDoubtedRouteAge)) {
    return transport_.post([handler = std::move(handler), route = known.route] { handler(route); });
  }
  known.waiting.push_back(std::move(handler));
  if (known.waiting.size() > 1) return;
  known.asked = transport_.now();
  const Request request{.code = RequestCode::kGetRouteInfoByTopic,
                        .fields = {{"topic", topic}, {"acceptStandardJsonOnly", "true"}}};
  ask_name_server(request,
                  [self = shared_from_this(), topic](const Answer& answer) { self->take_route(topic, answer); });
}

void Cluster::take_route(const std::string& topic, const Answer& answer) {
  KnownRoute& known = routes_[topic];
  const std::string where = "topic " + topic;
  if (!answer) return settle_route(known, answer.error().error);
  if (answer->code == response::kSuccess) {
    auto route = parse_route(answer->body, where);
    if (!route) return settle_route(known, route.error());
    known.route = std::make_shared<const TopicRoute>(std::move(*route));
    known.doubted = false;
    return settle_route(known, {});
  }
  if (answer->code != response::kTopicNotExist || known.route != nullptr) {
    return settle_route(known, refusal(*answer, where));
  }
  find_brokers([self = shared_from_this(), topic, unknown = refusal(*answer, where)](const Result<Masters>& brokers) {
    const bool none = brokers && brokers->empty();
    self->settle_route(self->routes_[topic],
                       !brokers ? brokers.error()
                       : none   ? world_error("topic " + topic, "cannot be found: the name server knows of no broker",
                                              "start the brokers")
                                    .value()
                              : unknown);
  });
}

void Cluster::settle_route(KnownRoute& known, const Error& otherwise) {
  const auto route = known.route;
  for (const auto& handler : std::exchange(known.waiting, {})) {
    if (route != nullptr) {
      handler(route);
    } else {
      handler(tl::unexpected(otherwise));
    }
  }
}

void Cluster::find_brokers(Handler<Masters> handler) {
  ask_name_server(Request{.code = RequestCode::kGetBrokerClusterInfo},
                  [handler = std::move(handler)](const Answer& answer) {
                    if (!answer) return handler(tl::unexpected(answer.error().error));
                    if (answer->code != response::kSuccess)
                      return handler(tl::unexpected(refusal(*answer, "name server")));
                    handler(parse_cluster(answer->body, "name server"));
                  });
}

void Cluster::ask_queue(const std::string& topic, const Queue& queue, Request request, std::chrono::nanoseconds limit,
                        AnswerHandler handler) {
  find_route(topic, [self = shared_from_this(), topic, queue, request = std::move(request), limit,
                     handler = std::move(handler)](const Result<std::shared_ptr<const TopicRoute>>& route) mutable {
    if (!route) return handler(tl::unexpected(Unanswered{.sent = false, .error = route.error()}));
    const auto doubt = [self, topic] { self->routes_[topic].doubted = true; };
    const auto master = (*route)->masters.find(queue.broker);
    if (master == (*route)->masters.end()) {
      doubt();
      return handler(tl::unexpected(Unanswered{
          .sent = false, .error = world_error("broker " + queue.broker, "is down or has no master").value()}));
    }
    self->ask(master->second, std::move(request), limit, [doubt, handler = std::move(handler)](Answer answer) {
      if (!answer || answer->code == response::kTopicNotExist || answer->code == response::kNotLeaderForQueue ||
          answer->code == response::kInvalidParameter) {
        doubt();
      }
      handler(std::move(answer));
    });
  });
}

namespace {

/// One call of Cluster::retry.
struct Retry : std::enable_shared_from_this<Retry> {
  Retry(Transport& used, std::uint64_t seed) : transport(used), backoff(seed) {}

  void run() {
    attempt([self = shared_from_this()](Answer answer) {
      if (answer && self->is_final(*answer)) return self->done(std::move(*answer));
      const Error error = answer ? refusal(*answer, "RocketMQ") : answer.error().error;
      const auto wait = self->backoff.next();
      if (error.blame == Blame::kUser || self->transport.now() + wait >= self->deadline) {
        return self->done(tl::unexpected(error));
      }
      self->transport.after(wait, [self] { self->run(); });
    });
  }

  Transport& transport;
  Backoff backoff;
  std::chrono::nanoseconds deadline{};
  std::function<void(AnswerHandler)> attempt;
  std::function<bool(const Frame&)> is_final;
  Handler<Frame> done;
};

}  // namespace

void Cluster::retry(std::function<void(AnswerHandler)> attempt, Handler<Frame> done,
                    std::function<bool(const Frame&)> is_final) {
  const auto retry = std::make_shared<Retry>(transport_, next_seed());
  retry->deadline = transport_.now() + config_.patience;
  retry->attempt = std::move(attempt);
  retry->done = std::move(done);
  retry->is_final = is_final ? std::move(is_final) : is_final_code;
  retry->run();
}

}  // namespace temblor::rocketmq
