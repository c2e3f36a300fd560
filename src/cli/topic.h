#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/topic_uri.h"
#include "connectors/uri.h"
#include "settings/command_line.h"

namespace temblor {

/// The forms of `temblor topic`; `arguments` are what stands behind the form's name. Each returns the exit code. They
/// block, tail until a signal comes. Errors: what is written wrongly and a topic that is not there are the user's,
/// servers that do not answer are the world's.
Result<int> topic_create(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> topic_describe(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> topic_tail(const std::vector<std::string>& arguments, const Environment& environment);

/// What every form is told.
struct TopicArguments {
  std::optional<std::string> help{};  ///< asked for; nothing else is to be done then, nor set
  Uri uri{};
  rocketmq::TopicUri topic{};
};

/// Adds the topic's URI to the options of `app`, reads them all, and checks the URI; connects to nothing.
Result<TopicArguments> parse_topic_arguments(CLI::App& app, const std::vector<std::string>& arguments);

/// Reads the whole number `text` from `least` to `most`; an error names `option`.
Result<std::uint64_t> parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                                  std::uint64_t most);

/// A client for the servers of a topic. Connects to nothing yet; see Client for its errors and threads.
std::unique_ptr<rocketmq::Client> make_client(const rocketmq::TopicUri& topic, const Environment& environment);

}  // namespace temblor
