#include "connectors/rocketmq/topic_route.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "connectors/rocketmq/protocol.h"

namespace temblor::rocketmq {
namespace {

using nlohmann::json;

/// The servers write numbers as keys, `{0:"127.0.0.1:10911"}`, which is no JSON: quotes are put around them.
std::string quote_keys(std::string_view text) {
  std::string quoted;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      quoted += c;
      quoted += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto is_digit = [&](std::size_t at) { return std::isdigit(static_cast<unsigned char>(text[at])) != 0; };
    if (!in_string && is_digit(i) && i > 0 && (text[i - 1] == '{' || text[i - 1] == ',')) {
      std::size_t end = i;
      while (end < text.size() && is_digit(end)) ++end;
      if (end < text.size() && text[end] == ':') {
        quoted.append("\"").append(text.substr(i, end - i)).append("\"");
        i = end - 1;
        continue;
      }
    }
    quoted += c;
  }
  return quoted;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int32_t number_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
}

void add_master(const json& broker, Masters& masters) {
  if (!broker.is_object()) return;
  const std::string name = text_of(broker, "brokerName");
  const auto addresses = broker.find("brokerAddrs");
  if (name.empty() || addresses == broker.end() || !addresses->is_object()) return;
  if (auto master = Endpoint::parse(text_of(*addresses, "0"))) masters[name] = std::move(*master);
}

void add_queues(const std::string& broker, std::int32_t count, std::vector<Queue>& queues) {
  for (std::int32_t id = 0; id < std::min(count, limits::kRocketmqQueues); ++id) {
    queues.push_back(Queue{.broker = broker, .id = id});
  }
}

Result<json> parse(std::string_view body, std::string_view where) {
  json parsed = json::parse(quote_keys(body), nullptr, false);
  if (!parsed.is_object()) return world_error(std::string(where), "answers with a route that is no JSON object");
  return parsed;
}

}  // namespace

Result<TopicRoute> parse_route(std::string_view body, std::string_view where) {
  TEMBLOR_ASSIGN(const json parsed, parse(body, where));
  TopicRoute route;
  for (const json& broker : parsed.value("brokerDatas", json::array())) add_master(broker, route.masters);
  for (const json& queues : parsed.value("queueDatas", json::array())) {
    if (!queues.is_object()) continue;
    const std::string broker = text_of(queues, "brokerName");
    const std::int32_t permissions = number_of(queues, "perm");
    if ((permissions & kPermissionRead) != 0) add_queues(broker, number_of(queues, "readQueueNums"), route.readable);
    if ((permissions & kPermissionWrite) != 0) add_queues(broker, number_of(queues, "writeQueueNums"), route.writable);
  }
  std::sort(route.readable.begin(), route.readable.end());
  std::sort(route.writable.begin(), route.writable.end());
  return route;
}

Result<Masters> parse_cluster(std::string_view body, std::string_view where) {
  TEMBLOR_ASSIGN(const json parsed, parse(body, where));
  Masters masters;
  for (const json& broker : parsed.value("brokerAddrTable", json::object())) add_master(broker, masters);
  return masters;
}

}  // namespace temblor::rocketmq
