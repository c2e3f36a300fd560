#include "cli/topic_create.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/limits.h"
#include "cli/answer.h"
#include "cli/number_text.h"
#include "cli/topic.h"
#include "connectors/rocketmq/broker_admin.h"
#include "schema/printable.h"

namespace temblor {
namespace {

std::int64_t count_on(const std::string& broker, const std::vector<rocketmq::Queue>& queues) {
  return std::count_if(queues.begin(), queues.end(), [&](const auto& queue) { return queue.broker == broker; });
}

std::string joined(const std::vector<std::string>& brokers) {
  return printable(fmt::format("{}", fmt::join(brokers, ", ")));
}

/// The queues of a topic; none where nobody knows it.
Result<std::vector<rocketmq::Queue>> if_known(Result<std::vector<rocketmq::Queue>> queues) {
  if (!queues && queues.error().blame == Blame::kUser) return std::vector<rocketmq::Queue>();
  return queues;
}

/// Makes the topic wherever it is missing; one line of what came of it.
Result<std::string> create(rocketmq::Client& client, const std::string& topic, std::int32_t queues) {
  rocketmq::BrokerAdmin admin(client);
  TEMBLOR_ASSIGN(const rocketmq::Masters brokers, admin.brokers());
  if (brokers.empty()) {
    return world_error("topic " + topic, "cannot be made: the name server knows of no broker", "start one");
  }
  TEMBLOR_ASSIGN(const auto readable, if_known(client.queues(topic)));
  TEMBLOR_ASSIGN(const auto writable, if_known(client.writable_queues(topic)));
  TEMBLOR_ASSIGN(const auto missing, brokers_without(topic, brokers, readable, writable, queues));
  const std::string count = counted(static_cast<std::uint64_t>(queues), "queue");
  if (missing.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, endpoint] : brokers) names.push_back(name);
    return fmt::format("topic {} is there already, with {} on each of: {}\n", topic, count, joined(names));
  }
  TEMBLOR_TRY(admin.create_topic(topic, queues, missing));
  return fmt::format("topic {} made, with {} on each of: {}\n", topic, count, joined(missing));
}

}  // namespace

Result<std::vector<std::string>> brokers_without(const std::string& topic, const rocketmq::Masters& brokers,
                                                 const std::vector<rocketmq::Queue>& readable,
                                                 const std::vector<rocketmq::Queue>& writable, std::int32_t queues) {
  std::vector<std::string> missing;
  for (const auto& [name, endpoint] : brokers) {
    const auto to_read = count_on(name, readable);
    const auto to_write = count_on(name, writable);
    if (to_read == 0 && to_write == 0) {
      missing.push_back(name);
    } else if (to_read != queues || to_write != queues) {
      const std::string has = to_read == to_write ? counted(static_cast<std::uint64_t>(to_read), "queue")
                                                  : fmt::format("{} queues to read and {} to write", to_read, to_write);
      return user_error("topic " + topic, fmt::format("is there already, with {} on {}, not {}", has, name, queues),
                        "give that number, or another name; to change a topic is left to mqadmin updateTopic");
    }
  }
  return missing;
}

Result<int> topic_create(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Makes a topic on all brokers that are up, and on those where it is missing.", "temblor topic create");
  std::string queues = "8";
  app.add_option("--queues", queues, "how many queues on each broker [8]")->type_name("N");
  TEMBLOR_ASSIGN(const TopicArguments asked, parse_topic_arguments(app, arguments));
  if (asked.help) return print(environment, *asked.help);
  TEMBLOR_ASSIGN(const std::uint64_t count,
                 parse_count("--queues", queues, 1, static_cast<std::uint64_t>(limits::kRocketmqQueues)));
  const auto client = make_client(asked.topic, environment);
  TEMBLOR_ASSIGN(const std::string line, create(*client, asked.topic.topic, static_cast<std::int32_t>(count)));
  return print(environment, line);
}

}  // namespace temblor
