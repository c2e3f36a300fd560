#include "cli/topic.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "cli/answer.h"
#include "cli/form.h"
#include "cli/subcommand.h"

namespace temblor {
namespace {

constexpr std::string_view kForm = "rocketmq://HOST:PORT[,HOST:PORT]/TOPIC";

constexpr std::array kForms = {
    Form{"create", "make it, with as many queues on each broker (--queues)", topic_create},
    Form{"describe", "its queues, what they hold, and how far a group has read (--group)", topic_describe},
    Form{"tail", "its messages as they arrive, decoded (--from-start, --limit)", topic_tail}};

/// The help of `temblor topic` itself, without a form; anything but a wish for it is a mistake.
Result<int> show_help(std::vector<std::string> arguments, const Environment& environment) {
  CLI::App app("Makes a topic of RocketMQ, or shows what is in it.", "temblor topic");
  std::string form;
  std::string uri;
  app.add_option("FORM", form, "create, describe or tail")->type_name("");
  app.add_option("URI", uri, std::string(kForm) + ", by the name servers")->type_name("");
  std::string text = list_of_forms(kForms);
  text +=
      "\ntemblor topic FORM --help explains one.\n\n"
      "Examples:\n"
      "  temblor topic create rocketmq://localhost:9876/seismic-data-topic --queues 8\n"
      "  temblor topic tail rocketmq://localhost:9876/seismic-data-topic --from-start --limit 10\n";
  app.footer(text);
  if (arguments.empty()) arguments = {"--help"};
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  return user_error("temblor topic", "needs to know what to do first", "write temblor topic create|describe|tail URI");
}

Result<int> topic(const std::vector<std::string>& arguments, const Environment& environment) {
  if (arguments.empty() || arguments[0].starts_with('-')) return show_help(arguments, environment);
  return run_form(kForms, arguments, environment, "nothing that can be done with a topic",
                  "write temblor topic create|describe|tail URI");
}

const RegisterSubcommand kTopic{{.name = "topic",
                                 .summary = "make a topic of RocketMQ, show its queues, follow its messages",
                                 .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
                                   const auto code = topic(arguments, environment);
                                   return code ? *code : report(code.error());
                                 }}};

}  // namespace

Result<TopicArguments> parse_topic_arguments(CLI::App& app, const std::vector<std::string>& arguments) {
  TopicArguments result;
  std::string text;
  app.add_option("URI", text, std::string(kForm) + ", by the name servers")->type_name("");
  TEMBLOR_ASSIGN(result.help, parse_arguments(app, arguments));
  if (result.help) return result;
  if (text.empty()) {
    return user_error(app.get_name(), "needs to know which topic", fmt::format("write {} {}", app.get_name(), kForm));
  }
  // Before it is parsed: what is said of other URIs would lead elsewhere.
  if (!text.starts_with("rocketmq:")) {
    return user_error(text, "is no topic of RocketMQ", fmt::format("write {}", kForm));
  }
  TEMBLOR_ASSIGN(result.uri, Uri::parse(text));
  if (!result.uri.query.empty()) {
    return user_error(text, "takes no settings behind '?' here", app.get_name() + " --help shows its options");
  }
  TEMBLOR_ASSIGN(result.topic, rocketmq::TopicUri::parse(result.uri));
  return result;
}

Result<std::uint64_t> parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                                  std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end && number >= least && number <= most) return number;
  const std::string from = fmt::format("write a whole number from {}", least);
  return user_error(std::string(option), fmt::format("\"{}\" is out of range", text),
                    most == UINT64_MAX ? from + " on" : fmt::format("{} to {}", from, most));
}

std::unique_ptr<rocketmq::Client> make_client(const rocketmq::TopicUri& topic, const Environment& environment) {
  const std::uint64_t seed = environment.hash_seed;
  return std::make_unique<rocketmq::Client>(
      rocketmq::client_config(topic, fmt::format("temblor-topic-{:016x}", seed), seed), environment.clock);
}

}  // namespace temblor
