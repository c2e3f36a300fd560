#include <csignal>

#include "cli/answer.h"
#include "cli/text_output.h"
#include "cli/topic.h"
#include "cli/topic_text.h"
#include "connectors/rocketmq/queue_offsets.h"

namespace temblor {
namespace {

Result<std::vector<QueueState>> ask(rocketmq::Client& client, const std::string& topic, const std::string& group) {
  rocketmq::QueueOffsets offsets(client, topic);
  TEMBLOR_ASSIGN(const auto queues, client.queues(topic));
  std::vector<QueueState> states;
  for (const rocketmq::Queue& queue : queues) {
    QueueState& state = states.emplace_back(QueueState{.queue = queue});
    TEMBLOR_ASSIGN(state.min, offsets.min(queue));
    if (!group.empty()) {  // before the end: what is committed in between is not behind it then
      TEMBLOR_ASSIGN(state.committed, offsets.committed(queue, group));
    }
    TEMBLOR_ASSIGN(state.max, offsets.max(queue));
  }
  return states;
}

}  // namespace

Result<int> topic_describe(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Shows the queues of a topic: which messages they hold, and how far a group has read.",
               "temblor topic describe");
  std::string group;
  app.add_option("--group", group, "also show what this group has committed, and its lag")->type_name("G");
  TEMBLOR_ASSIGN(const TopicArguments asked, parse_topic_arguments(app, arguments));
  if (asked.help) return print(environment, *asked.help);
  const bool with_group = app.count("--group") > 0;
  if (with_group) TEMBLOR_TRY(rocketmq::check_group(group, asked.uri, "--group"));

  const auto client = make_client(asked.topic, environment);
  TEMBLOR_ASSIGN(const auto queues, ask(*client, asked.topic.topic, group));
  std::signal(SIGPIPE, SIG_DFL);  // whoever reads only the first lines (head) ends us without a word
  TextOutput out(environment.files);
  for (const std::string& line : queue_table(queues, with_group)) TEMBLOR_TRY(out.line(line));
  TEMBLOR_TRY(out.flush());
  return 0;
}

}  // namespace temblor
