#include "connectors/rocketmq/topic_uri.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace temblor::rocketmq {
namespace {

constexpr std::string_view kForm = "write rocketmq://HOST:PORT/TOPIC, HOST:PORT being a name server's";
constexpr std::size_t kLongestTopic = 127;
constexpr std::size_t kLongestGroup = 255;

bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-%|").find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<TopicUri> TopicUri::parse(const Uri& uri) {
  if (!uri.path.starts_with("//")) return user_error(uri.text, "has no name server", std::string(kForm));
  const std::string_view rest = std::string_view(uri.path).substr(2);
  const std::size_t slash = std::min(rest.find('/'), rest.size());

  TopicUri parsed;
  std::string_view servers = rest.substr(0, slash);
  while (true) {
    const std::size_t comma = std::min(servers.find(','), servers.size());
    auto endpoint = Endpoint::parse(servers.substr(0, comma));
    if (!endpoint) {
      return user_error(uri.text, fmt::format("'{}' is no address of a name server", servers.substr(0, comma)),
                        std::string(kForm));
    }
    parsed.name_servers.push_back(*std::move(endpoint));
    if (comma == servers.size()) break;
    servers.remove_prefix(comma + 1);
  }

  parsed.topic = rest.substr(std::min(slash + 1, rest.size()));
  if (parsed.topic.empty()) parsed.topic = kDefaultTopic;
  if (!is_name(parsed.topic) || parsed.topic.size() > kLongestTopic) {
    return user_error(
        uri.text, fmt::format("'{}' cannot be the name of a topic", parsed.topic),
        fmt::format("letters, digits and _ - % |, at most {}; write %25 for a percent sign in it", kLongestTopic));
  }
  return parsed;
}

ClientConfig client_config(const TopicUri& topic, std::string client_id, std::uint64_t seed) {
  ClientConfig config;
  config.name_servers = topic.name_servers;
  config.client_id = std::move(client_id);
  config.seed = seed;
  return config;
}

Result<std::string> group_setting(const Uri& uri, std::string_view otherwise) {
  std::string group = uri.find("group").value_or(std::string(otherwise));
  TEMBLOR_TRY(check_group(group, uri, "group"));
  return group;
}

Result<void> check_group(const std::string& group, const Uri& uri, std::string_view setting) {
  if (!group.empty() && is_name(group) && group.size() <= kLongestGroup) return {};
  return user_error(fmt::format("{}: {}", uri.text, setting), fmt::format("'{}' cannot be the name of a group", group),
                    fmt::format("letters, digits and _ - % |, at most {}", kLongestGroup));
}

Result<std::uint32_t> number_setting(const Uri& uri, std::string_view name, std::uint32_t least, std::uint32_t most,
                                     std::uint32_t otherwise) {
  const auto text = uri.find(name);
  if (!text) return otherwise;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least || number > most) {
    return user_error(fmt::format("{}: {}", uri.text, name), fmt::format("'{}' is out of range", *text),
                      fmt::format("write a whole number from {} to {}", least, most));
  }
  return number;
}

}  // namespace temblor::rocketmq
