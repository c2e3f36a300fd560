#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/endpoint.h"
#include "connectors/rocketmq/queue.h"

namespace temblor::rocketmq {

/// The masters of brokers by their names. Slaves are of no use here: they may lag behind what was acknowledged.
using Masters = std::map<std::string, Endpoint>;

/// Where the queues of a topic are, as a name server says.
struct TopicRoute {
  std::vector<Queue> readable;  ///< sorted
  std::vector<Queue> writable;  ///< sorted
  Masters masters;              ///< those that are alive
};

/// Reads the body of an answer to kGetRouteInfoByTopic (TopicRouteData.java). `where` names the server in errors.
Result<TopicRoute> parse_route(std::string_view body, std::string_view where);

/// Reads the body of an answer to kGetBrokerClusterInfo (ClusterInfo.java).
Result<Masters> parse_cluster(std::string_view body, std::string_view where);

}  // namespace temblor::rocketmq
