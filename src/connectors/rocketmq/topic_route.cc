#include "connectors/rocketmq/topic_route.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "connectors/rocketmq/json_answer.h"
#include "connectors/rocketmq/protocol.h"

namespace temblor::rocketmq {
namespace {

using nlohmann::json;

std::int32_t number_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
}

void add_master(const json& broker, Masters& masters) {
  if (!broker.is_object()) return;
  const std::string name = json_text(broker, "brokerName");
  const auto addresses = broker.find("brokerAddrs");
  if (name.empty() || addresses == broker.end() || !addresses->is_object()) return;
  if (auto master = Endpoint::parse(json_text(*addresses, "0"))) masters[name] = std::move(*master);
}

void add_queues(const std::string& broker, std::int32_t count, std::vector<Queue>& queues) {
  for (std::int32_t id = 0; id < std::min(count, limits::kRocketmqQueues); ++id) {
    queues.push_back(Queue{.broker = broker, .id = id});
  }
}

}  // namespace

Result<TopicRoute> parse_route(std::string_view body, std::string_view where) {
  TEMBLOR_ASSIGN(const json parsed, json_answer(body, where));
  TopicRoute route;
  for (const json& broker : parsed.value("brokerDatas", json::array())) add_master(broker, route.masters);
  for (const json& queues : parsed.value("queueDatas", json::array())) {
    if (!queues.is_object()) continue;
    const std::string broker = json_text(queues, "brokerName");
    const std::int32_t permissions = number_of(queues, "perm");
    if ((permissions & kPermissionRead) != 0) add_queues(broker, number_of(queues, "readQueueNums"), route.readable);
    if ((permissions & kPermissionWrite) != 0) add_queues(broker, number_of(queues, "writeQueueNums"), route.writable);
  }
  std::sort(route.readable.begin(), route.readable.end());
  std::sort(route.writable.begin(), route.writable.end());
  return route;
}

Result<Masters> parse_cluster(std::string_view body, std::string_view where) {
  TEMBLOR_ASSIGN(const json parsed, json_answer(body, where));
  Masters masters;
  for (const json& broker : parsed.value("brokerAddrTable", json::object())) add_master(broker, masters);
  return masters;
}

}  // namespace temblor::rocketmq
