#include "testing/sim_broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/rocketmq/big_endian.h"
#include "testing/stored_message.h"

namespace temblor::rocketmq {
namespace {

std::string field(const Frame& request, std::string_view name) {
  for (const auto& [key, value] : request.fields) {
    if (key == name) return value;
  }
  return {};
}

void answer(const SimNetwork::Reply& reply, const Frame& request, std::int32_t code, std::string_view remark = {},
            const std::vector<std::pair<std::string_view, std::string>>& fields = {}, std::string_view body = {}) {
  std::string bytes;
  append_answer(code, request.opaque, remark, fields, body, bytes);
  reply(bytes);
}

}  // namespace

SimBroker::SimBroker(SimNetwork& network, const std::vector<std::string>& names) : network_(network) {
  network_.listen(name_server(), [this](std::uint64_t, const Frame& request, const SimNetwork::Reply& reply) {
    serve_names(request, reply);
  });
  network_.on_close([this](std::uint64_t connection) { producers_.erase(connection); });
  std::uint16_t port = 10911;
  for (const std::string& name : names) {
    brokers_[name] = Endpoint{.host = name, .port = port++};
    start(name);
  }
}

void SimBroker::start(const std::string& broker) {
  alive_.insert(broker);
  network_.listen(brokers_[broker],
                  [this, broker](std::uint64_t connection, const Frame& request, const SimNetwork::Reply& reply) {
                    serve(broker, connection, request, reply);
                  });
}

void SimBroker::stop(const std::string& broker) {
  alive_.erase(broker);
  network_.close(brokers_[broker]);
}

void SimBroker::restart(const std::string& broker) {
  stop(broker);
  network_.after(std::chrono::milliseconds(network_.random(4000)), [this, broker] { start(broker); });
}

void SimBroker::create_topic(const std::string& topic, std::int32_t queues) { topics_[topic] = queues; }

void SimBroker::forget_before(const std::string& topic, const Queue& queue, std::int64_t offset) {
  begins_[{topic, queue}] = offset;
}

std::string SimBroker::brokers_json() const {
  std::string json;
  for (const std::string& broker : alive_) {
    json += fmt::format(R"({}"{}":{{"brokerAddrs":{{0:"{}"}},"brokerName":"{}","cluster":"sim"}})",
                        json.empty() ? "" : ",", broker, brokers_.at(broker).to_string(), broker);
  }
  return json;
}

void SimBroker::serve_names(const Frame& request, const SimNetwork::Reply& reply) {
  if (request.code == static_cast<std::int32_t>(RequestCode::kGetBrokerClusterInfo)) {
    return answer(reply, request, response::kSuccess, "", {},
                  fmt::format(R"({{"brokerAddrTable":{{{}}},"clusterAddrTable":{{}}}})", brokers_json()));
  }
  const auto topic = topics_.find(field(request, "topic"));
  // A topic whose brokers are all down is forgotten.
  if (topic == topics_.end() || alive_.empty())
    return answer(reply, request, response::kTopicNotExist, "No topic route");
  auto route = nlohmann::json::object();
  for (const std::string& broker : alive_) {
    route["brokerDatas"].push_back({{"brokerName", broker}, {"brokerAddrs", {{"0", brokers_.at(broker).to_string()}}}});
    route["queueDatas"].push_back(
        {{"brokerName", broker}, {"perm", 6}, {"readQueueNums", topic->second}, {"writeQueueNums", topic->second}});
  }
  answer(reply, request, response::kSuccess, "", {}, route.dump());
}

void SimBroker::serve(const std::string& broker, std::uint64_t connection, const Frame& request,
                      const SimNetwork::Reply& reply) {
  if (happens(faults_.restart)) return restart(broker);
  if (happens(faults_.busy)) return answer(reply, request, response::kSystemBusy, "[TIMEOUT_CLEAN_QUEUE]broker busy");
  const bool cuts = happens(faults_.cut);
  if (cuts && network_.random(2) == 0) return network_.cut(connection);
  SimNetwork::Reply faulty = reply;
  if (cuts || happens(faults_.drop)) {
    faulty = [](const std::string&) {};
  } else if (happens(faults_.duplicate)) {
    faulty = [reply](const std::string& bytes) {
      reply(bytes);
      reply(bytes);
    };
  } else if (happens(faults_.delay)) {
    faulty = [this, reply](const std::string& bytes) {
      network_.after(std::chrono::milliseconds(network_.random(5000)), [reply, bytes] { reply(bytes); });
    };
  }
  carry_out(broker, connection, request, faulty);
  if (cuts) network_.cut(connection);
}

void SimBroker::carry_out(const std::string& broker, std::uint64_t connection, const Frame& request,
                          const SimNetwork::Reply& reply) {
  const std::string topic = field(request, "topic");
  const Queue queue{.broker = broker, .id = static_cast<std::int32_t>(request.number("queueId").value_or(0))};
  const std::string group_key = fmt::format("{}@{}@{}@{}", field(request, "consumerGroup"), topic, broker, queue.id);
  switch (static_cast<RequestCode>(request.code)) {
    case RequestCode::kHeartBeat: {
      if (!network_.is_open(connection)) return;  // nobody is there any more
      const auto body = nlohmann::json::parse(request.body);
      auto& [client, groups] = producers_[connection];
      client = body["clientID"];
      groups.clear();
      for (const auto& group : body["producerDataSet"]) groups.push_back(group["groupName"]);
      return answer(reply, request, response::kSuccess);
    }
    case RequestCode::kSendBatchMessage:
      return store(broker, request, reply);
    case RequestCode::kPullMessage:
      return hold(broker, request, reply);
    case RequestCode::kGetMaxOffset:
      return answer(reply, request, response::kSuccess, "", {{"offset", std::to_string(readable_end(topic, queue))}});
    case RequestCode::kGetMinOffset:
      return answer(reply, request, response::kSuccess, "", {{"offset", std::to_string(begins_[{topic, queue}])}});
    case RequestCode::kSearchOffsetByTimestamp: {
      const auto& log = logs_[{topic, queue}];
      const std::int64_t time = request.number("timestamp").value_or(0);
      const auto found = std::find_if(log.begin(), log.end(), [&](const Stored& m) { return m.stored_ms >= time; });
      return answer(reply, request, response::kSuccess, "", {{"offset", std::to_string(found - log.begin())}});
    }
    case RequestCode::kUpdateConsumerOffset:
      group_offsets_[group_key] = request.number("commitOffset").value_or(0);
      return answer(reply, request, response::kSuccess);
    case RequestCode::kQueryConsumerOffset:
      if (group_offsets_.count(group_key) == 0) return answer(reply, request, response::kQueryNotFound);
      return answer(reply, request, response::kSuccess, "", {{"offset", std::to_string(group_offsets_[group_key])}});
    case RequestCode::kGetProducerConnectionList: {
      auto list = nlohmann::json::array();
      for (const auto& [id, producer] : producers_) {
        if (std::count(producer.second.begin(), producer.second.end(), field(request, "producerGroup")) > 0) {
          list.push_back({{"clientId", producer.first}, {"clientAddr", fmt::format("sim:{}", id)}});
        }
      }
      if (list.empty()) return answer(reply, request, response::kSystemError, "the producer group[] not exist");
      return answer(reply, request, response::kSuccess, "", {},
                    nlohmann::json({{"connectionSet", std::move(list)}}).dump());
    }
    case RequestCode::kGetBrokerRuntimeInfo:
      return answer(reply, request, response::kSuccess, "", {},
                    nlohmann::json({{"table",
                                     {{"commitLogMaxOffset", std::to_string(log_bytes(broker, false))},
                                      {"dispatchBehindBytes", std::to_string(log_bytes(broker, true))}}}})
                        .dump());
    default:
      return answer(reply, request, 3, "request code not supported");
  }
}

void SimBroker::store(const std::string& broker, const Frame& request, const SimNetwork::Reply& reply) {
  const std::string topic = field(request, "b");
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return answer(reply, request, response::kTopicNotExist, "topic not exist");
  const Queue queue{.broker = broker, .id = static_cast<std::int32_t>(request.number("e").value_or(0))};
  auto& log = logs_[{topic, queue}];
  const std::size_t first = log.size();
  const auto readable = readable_at(broker);
  for (std::string_view rest = request.body; !rest.empty();) {
    const auto size = load_big_endian<std::uint32_t>(rest, 0);
    const auto body = load_big_endian<std::uint32_t>(rest, 16);
    log.push_back({.body = std::string(rest.substr(20, body)),
                   .properties = std::string(rest.substr(22 + body, size - 22 - body)),
                   .stored_ms = network_.wall_clock().time_since_epoch().count(),
                   .readable_at = readable});
    rest.remove_prefix(size);
  }
  answer(reply, request, response::kSuccess, "",
         {{"queueId", field(request, "e")}, {"queueOffset", std::to_string(first)}});
}

void SimBroker::put(const std::string& topic, const Queue& queue, std::string body) {
  logs_[{topic, queue}].push_back({.body = std::move(body),
                                   .properties = {},
                                   .stored_ms = network_.wall_clock().time_since_epoch().count(),
                                   .readable_at = readable_at(queue.broker)});
}

std::chrono::nanoseconds SimBroker::readable_at(const std::string& broker) {
  // In the order of the broker's log, up to 0.2 s later, and seconds later where it has much to do.
  const std::uint32_t luck = network_.random(30);
  const std::uint32_t lag_ms = luck == 0 ? 3000 : luck < 10 ? 200 : 2;
  auto& newest = newest_readable_at_[broker];
  newest = std::max(newest, network_.now() + std::chrono::milliseconds(network_.random(lag_ms)));
  return newest;
}

std::size_t SimBroker::log_bytes(const std::string& broker, bool unreadable) const {
  std::size_t bytes = 0;
  for (const auto& [place, log] : logs_) {
    if (place.second.broker != broker) continue;
    for (const Stored& message : log) {
      if (!unreadable || message.readable_at > network_.now()) bytes += message.body.size();
    }
  }
  return bytes;
}

void SimBroker::lose_newest(const std::string& topic, const Queue& queue, std::size_t count) {
  auto& log = logs_[{topic, queue}];
  log.erase(log.end() - static_cast<std::ptrdiff_t>(std::min(count, log.size())), log.end());
}

std::int64_t SimBroker::readable_end(const std::string& topic, const Queue& queue) {
  const auto& log = logs_[{topic, queue}];
  const auto end =
      std::find_if(log.begin(), log.end(), [&](const Stored& m) { return m.readable_at > network_.now(); });
  return end - log.begin();
}

bool SimBroker::pull(const Queue& queue, const Frame& request, bool may_hold, const SimNetwork::Reply& reply) {
  const std::string topic = field(request, "topic");
  const std::int64_t begin = begins_[{topic, queue}];
  const std::int64_t end = std::max(begin, readable_end(topic, queue));
  const std::int64_t offset = request.number("queueOffset").value_or(0);
  if (offset == end && may_hold) return false;
  std::int32_t code = response::kSuccess;
  std::int64_t next = offset;
  std::string body;
  if (offset < begin || offset > end) {
    code = response::kPullOffsetMoved;
    next = offset < begin ? begin : end;
  } else if (offset == end) {
    code = response::kPullNotFound;
  } else {
    const std::int64_t most = 1 + network_.random(32);
    for (; next < std::min(end, offset + most); ++next) {
      const Stored& message = logs_[{topic, queue}][static_cast<std::size_t>(next)];
      append_stored({.offset = next,
                     .queue_id = queue.id,
                     .stored_ms = message.stored_ms,
                     .body = message.body,
                     .topic = topic,
                     .properties = message.properties},
                    body);
    }
  }
  answer(reply, request, code, "",
         {{"nextBeginOffset", std::to_string(next)},
          {"minOffset", std::to_string(begin)},
          {"maxOffset", std::to_string(end)}},
         body);
  return true;
}

void SimBroker::hold(const std::string& broker, const Frame& request, const SimNetwork::Reply& reply) {
  const Queue queue{.broker = broker, .id = static_cast<std::int32_t>(request.number("queueId").value_or(0))};
  if (topics_.count(field(request, "topic")) == 0) return answer(reply, request, response::kTopicNotExist, "no topic");
  const bool suspends = (request.number("sysFlag").value_or(0) & kPullSuspend) != 0;
  const auto until = network_.now() + std::chrono::milliseconds(request.number("suspendTimeoutMillis").value_or(0));
  look(queue, request, suspends ? until : network_.now(), reply);
}

void SimBroker::look(const Queue& queue, const Frame& request, std::chrono::nanoseconds until,
                     const SimNetwork::Reply& reply) {
  if (pull(queue, request, network_.now() < until, reply)) return;
  // A held pull of a connection that is gone is answered into the void, as a real broker does.
  network_.after(std::chrono::milliseconds(20),
                 [this, queue, request, until, reply] { look(queue, request, until, reply); });
}

}  // namespace temblor::rocketmq
