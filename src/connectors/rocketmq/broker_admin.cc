#include "connectors/rocketmq/broker_admin.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "connectors/rocketmq/blocking.h"
#include "connectors/rocketmq/cluster.h"
#include "connectors/rocketmq/json_answer.h"

namespace temblor::rocketmq {
namespace {

using Done = std::function<void(Result<Frame>)>;
using IsFinal = std::function<bool(const Frame&)>;

Result<Frame> ask(Client& client, const Endpoint& server, const Request& request, const IsFinal& is_final = {}) {
  return wait_for<Result<Frame>>(
      client.transport(), [cluster = client.cluster(), server, request, is_final](const Done& done) {
        cluster->retry(
            [cluster, server, request](AnswerHandler handler) {
              cluster->ask(server, request, cluster->config().request_timeout, std::move(handler));
            },
            done, is_final);
      });
}

Result<Frame> ask_name_server(Client& client, const Request& request, const IsFinal& is_final = {}) {
  return wait_for<Result<Frame>>(client.transport(), [cluster = client.cluster(), request, is_final](const Done& done) {
    cluster->retry([cluster, request](AnswerHandler handler) { cluster->ask_name_server(request, std::move(handler)); },
                   done, is_final);
  });
}

void forget_route(Client& client, std::string topic) {
  client.transport().post([cluster = client.cluster(), topic = std::move(topic)] { cluster->forget_route(topic); });
}

/// Whether a name server's answer shows `queues` queues of a topic on each of `brokers`.
bool shows(const Frame& frame, const Masters& brokers, std::int32_t queues) {
  if (frame.code != response::kSuccess) return false;
  const auto route = parse_route(frame.body, "name server");
  return route && std::all_of(brokers.begin(), brokers.end(), [&](const auto& broker) {
           const auto is_its = [&](const Queue& queue) { return queue.broker == broker.first; };
           return std::count_if(route->writable.begin(), route->writable.end(), is_its) == queues &&
                  std::count_if(route->readable.begin(), route->readable.end(), is_its) == queues;
         });
}

Request route_request(const std::string& topic) {
  return Request{.code = RequestCode::kGetRouteInfoByTopic,
                 .fields = {{"topic", topic}, {"acceptStandardJsonOnly", "true"}}};
}

}  // namespace

Result<Masters> BrokerAdmin::brokers() {
  TEMBLOR_ASSIGN(const Frame answer, ask_name_server(client_, Request{.code = RequestCode::kGetBrokerClusterInfo}));
  if (answer.code != response::kSuccess) return tl::unexpected(refusal(answer, "name server"));
  return parse_cluster(answer.body, "name server");
}

Result<Endpoint> BrokerAdmin::find(std::string_view broker) {
  TEMBLOR_ASSIGN(const Masters all, brokers());
  const auto found = all.find(std::string(broker));
  if (found == all.end()) {
    return world_error("broker " + std::string(broker), "is not known to the name server", "check that it is up");
  }
  return found->second;
}

Result<void> BrokerAdmin::create_topic(std::string_view topic, std::int32_t queues,
                                       const std::vector<std::string>& brokers_named) {
  const std::string where = "topic " + std::string(topic);
  if (queues < 1 || queues > limits::kRocketmqQueues) {
    return user_error(where, "cannot have " + std::to_string(queues) + " queues",
                      "choose 1 to " + std::to_string(limits::kRocketmqQueues));
  }
  Masters chosen;
  if (brokers_named.empty()) {
    TEMBLOR_ASSIGN(chosen, brokers());
    if (chosen.empty()) return world_error(where, "cannot be made: the name server knows of no broker", "start one");
  }
  for (const std::string& broker : brokers_named) {
    TEMBLOR_ASSIGN(chosen[broker], find(broker));
  }
  const std::string count = std::to_string(queues);
  const Request request{.code = RequestCode::kUpdateAndCreateTopic,
                        .fields = {{"topic", std::string(topic)},
                                   {"defaultTopic", "TBW102"},
                                   {"readQueueNums", count},
                                   {"writeQueueNums", count},
                                   {"perm", std::to_string(kPermissionRead | kPermissionWrite)},
                                   {"topicFilterType", "SINGLE_TAG"},
                                   {"topicSysFlag", "0"},
                                   {"order", "false"}}};
  const IsFinal any = [](const Frame& frame) { return frame.code != response::kSystemBusy; };
  for (const auto& [name, endpoint] : chosen) {
    TEMBLOR_ASSIGN(const Frame answer, ask(client_, endpoint, request, any));
    if (answer.code != response::kSuccess) return tl::unexpected(refusal(answer, where + " on broker " + name));
  }
  const auto shown = [&](const Frame& frame) { return shows(frame, chosen, queues); };
  const auto answer = ask_name_server(client_, route_request(std::string(topic)), shown);
  forget_route(client_, std::string(topic));
  if (!answer) return world_error(where, "was made, but the name server does not show it yet", "try again");
  return {};
}

Result<void> BrokerAdmin::delete_topic(std::string_view topic) {
  const Request in_broker{.code = RequestCode::kDeleteTopicInBroker, .fields = {{"topic", std::string(topic)}}};
  const Request in_name_server{.code = RequestCode::kDeleteTopicInNameServer,
                               .fields = {{"topic", std::string(topic)}}};
  TEMBLOR_ASSIGN(const Masters all, brokers());
  for (const auto& [name, endpoint] : all) {
    TEMBLOR_ASSIGN(const Frame answer, ask(client_, endpoint, in_broker));
    if (answer.code != response::kSuccess && answer.code != response::kTopicNotExist) {
      return tl::unexpected(refusal(answer, "topic " + std::string(topic) + " on broker " + name));
    }
  }
  for (const Endpoint& server : client_.config().name_servers) {
    TEMBLOR_TRY(ask(client_, server, in_name_server));
  }
  forget_route(client_, std::string(topic));
  return {};
}

Result<std::vector<ProducerConnection>> BrokerAdmin::producer_connections(std::string_view group) {
  TEMBLOR_ASSIGN(const Masters all, brokers());
  const Request request{.code = RequestCode::kGetProducerConnectionList,
                        .fields = {{"producerGroup", std::string(group)}}};
  // A group without producers is answered with SYSTEM_ERROR and words.
  const auto is_unknown = [](const Frame& frame) {
    return frame.code == response::kSystemError && frame.remark.find("not exist") != std::string::npos;
  };
  std::vector<ProducerConnection> connections;
  for (const auto& [name, endpoint] : all) {
    TEMBLOR_ASSIGN(const Frame answer, ask(client_, endpoint, request, [&](const Frame& frame) {
                     return is_unknown(frame) || is_final_code(frame);
                   }));
    if (is_unknown(answer)) continue;
    const std::string where = "producer group " + std::string(group) + " on broker " + name;
    if (answer.code != response::kSuccess) return tl::unexpected(refusal(answer, where));
    TEMBLOR_ASSIGN(const auto list, json_answer(answer.body, where));
    if (!list.contains("connectionSet")) return world_error(where, "is answered with no list");
    for (const auto& entry : list["connectionSet"]) {
      if (!entry.is_object()) continue;
      connections.push_back(
          {.client_id = json_text(entry, "clientId"), .address = json_text(entry, "clientAddr"), .broker = name});
    }
  }
  return connections;
}

Result<std::map<std::string, std::string>> BrokerAdmin::runtime_info(std::string_view broker) {
  const std::string where = "broker " + std::string(broker);
  TEMBLOR_ASSIGN(const Endpoint endpoint, find(broker));
  TEMBLOR_ASSIGN(const Frame answer, ask(client_, endpoint, Request{.code = RequestCode::kGetBrokerRuntimeInfo}));
  if (answer.code != response::kSuccess) return tl::unexpected(refusal(answer, where));
  TEMBLOR_ASSIGN(const auto info, json_answer(answer.body, where));
  if (!info.contains("table") || !info["table"].is_object()) {
    return world_error(where, "answers with no table of what it is about");
  }
  std::map<std::string, std::string> table;
  for (const auto& [name, value] : info["table"].items()) {
    if (value.is_string()) table[name] = value.get<std::string>();
  }
  return table;
}

Result<LogEnds> BrokerAdmin::log_ends(std::string_view broker) {
  TEMBLOR_ASSIGN(const auto info, runtime_info(broker));
  const auto number = [&](const char* name) -> std::optional<std::uint64_t> {
    const auto found = info.find(name);
    std::uint64_t value = 0;
    if (found == info.end()) return std::nullopt;
    const char* end = found->second.data() + found->second.size();
    if (std::from_chars(found->second.data(), end, value).ec != std::errc()) return std::nullopt;
    return value;
  };
  const auto stored = number("commitLogMaxOffset");
  const auto behind = number("dispatchBehindBytes");
  if (!stored || !behind) return world_error("broker " + std::string(broker), "does not say how far its dispatch is");
  // A broker looks where its log ends before it looks how far behind the dispatch is: the difference may be too small,
  // never too large.
  return LogEnds{.stored = *stored, .readable = *stored - std::min(*stored, *behind)};
}

}  // namespace temblor::rocketmq
