#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/endpoint.h"
#include "connectors/uri.h"

namespace temblor::rocketmq {

/// Where a topic is: `rocketmq://host:port[,host:port]/topic`.
struct TopicUri {
  std::vector<Endpoint> name_servers;
  std::string topic;

  /// Reads the address and the topic's name, not the settings behind `?`. Without a topic it is kDefaultTopic.
  /// The rules for names are RocketMQ's own (TopicValidator.java): letters, digits, `_ - % |`, at most 127.
  static Result<TopicUri> parse(const Uri& uri);

  static constexpr std::string_view kDefaultTopic = "seismic-data-topic";
};

/// How a client that calls itself `client_id` reaches the servers of a topic; `seed` is of the jitter of its back-offs.
ClientConfig client_config(const TopicUri& topic, std::string client_id, std::uint64_t seed);

/// Refuses a name of a group that a broker would refuse; `setting` says where it comes from.
Result<void> check_group(const std::string& group, const Uri& uri, std::string_view setting);

/// The group that stands behind `?group=`, or `otherwise` where none does.
Result<std::string> group_setting(const Uri& uri, std::string_view otherwise);

/// A whole number from `least` to `most` that stands behind `?name=`, or `otherwise` where nothing does.
Result<std::uint32_t> number_setting(const Uri& uri, std::string_view name, std::uint32_t least, std::uint32_t most,
                                     std::uint32_t otherwise);

}  // namespace temblor::rocketmq
