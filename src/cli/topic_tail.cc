#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/limits.h"
#include "cli/answer.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"
#include "cli/text_output.h"
#include "cli/topic.h"
#include "cli/topic_text.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "schema/printable.h"

namespace temblor {
namespace {

using rocketmq::MessageDecoder;
using rocketmq::Pulled;
using rocketmq::PullStatus;

/// Pulling needs a group's name; nothing is committed for it.
constexpr std::string_view kGroup = "temblor-tail";

/// Messages of one request: a person does not read faster.
constexpr std::int32_t kPulled = 128;

/// The sleep where no queue has anything, so that a message and a signal are seen soon.
constexpr std::chrono::nanoseconds kNap = Milliseconds(20);

/// The queues of a topic, read side by side, their messages shown as they arrive. One thread.
class Tail {
 public:
  /// `limit` is how many messages are shown. `client` and `out` outlive it.
  Tail(rocketmq::Client& client, std::string topic, std::uint64_t limit, TextOutput& out)
      : client_(client), topic_(std::move(topic)), left_(limit), out_(out) {}

  /// Finds the queues, and where to begin in each.
  Result<void> begin(bool from_start) {
    rocketmq::QueueOffsets offsets(client_, topic_);
    TEMBLOR_ASSIGN(const auto queues, client_.queues(topic_));
    if (queues.empty()) return user_error("topic " + topic_, "has no queue that can be read", "create some");
    for (const rocketmq::Queue& queue : queues) {
      rocketmq::PullerConfig config{.topic = topic_, .queue = queue, .group = std::string(kGroup)};
      TEMBLOR_ASSIGN(config.offset, from_start ? offsets.min(queue) : offsets.max(queue));
      config.max_messages = kPulled;
      config.prefetch_bytes = limits::kRocketmqPrefetchBytes / queues.size();
      readers_.push_back({.queue = queue, .puller = std::make_unique<rocketmq::Puller>(client_, std::move(config))});
    }
    return {};
  }

  /// Shows what comes until `stop`, or until the limit is reached.
  Result<void> run(const std::atomic<bool>& stop, Clock& clock) {
    TEMBLOR_TRY(out_.line(message_heading()));
    TEMBLOR_TRY(out_.flush());
    while (!stop && left_ > 0) {
      bool any = false;
      for (Reader& reader : readers_) {
        if (stop || left_ == 0) break;
        TEMBLOR_ASSIGN(const bool came, poll(reader));
        any = any || came;
      }
      TEMBLOR_TRY(out_.flush());
      if (!any && left_ > 0) clock.sleep_for(kNap);
    }
    return {};
  }

 private:
  struct Reader {
    rocketmq::Queue queue;
    std::unique_ptr<rocketmq::Puller> puller;
    std::string trouble{};  ///< what was said last, until it is over
  };

  /// Shows what a queue has; whether there was anything.
  Result<bool> poll(Reader& reader) {
    const Pulled pulled = reader.puller->poll(Milliseconds(0));
    switch (pulled.status) {
      case PullStatus::kMessages:
        reader.trouble.clear();
        TEMBLOR_TRY(show(reader, pulled));
        return true;
      case PullStatus::kNothingYet:
        reader.trouble.clear();
        return false;
      case PullStatus::kAsking:
        return false;
      case PullStatus::kOffsetMoved:
        TEMBLOR_TRY(note(reader, pulled, fmt::format("going on at {}", pulled.next_offset)));
        reader.puller->seek(pulled.next_offset);
        return false;
      case PullStatus::kUnavailable:
      case PullStatus::kNoTopic:
      case PullStatus::kRefused:
        TEMBLOR_TRY(note(reader, pulled, "trying again"));
        return false;
    }
    return false;
  }

  Result<void> show(const Reader& reader, const Pulled& pulled) {
    decoder_.begin(pulled.body);
    rocketmq::MessageView message;
    MessageDecoder::Next next = MessageDecoder::Next::kEnd;
    while (left_ > 0 && (next = decoder_.next(message)) == MessageDecoder::Next::kMessage) {
      if (message.offset < pulled.offset) continue;  // the front of a batch, shown already or not meant
      for (const std::string& line : message_lines(reader.queue, message)) TEMBLOR_TRY(out_.line(line));
      --left_;
    }
    if (next != MessageDecoder::Next::kBroken) return {};
    return out_.line(fmt::format("{}/{}: no message before {}: {}", printable(reader.queue.broker), reader.queue.id,
                                 pulled.next_offset, hexadecimal(decoder_.rest(), kBrokenBytes)));
  }

  /// Says once what is wrong, and not for each queue of a broker again.
  Result<void> note(Reader& reader, const Pulled& pulled, std::string_view then) {
    const std::string line = pulled.error ? pulled.error->to_line() : reader.queue.broker + ": cannot be read";
    if (line == reader.trouble) return {};
    const bool said =
        std::any_of(readers_.begin(), readers_.end(), [&](const Reader& each) { return each.trouble == line; });
    reader.trouble = line;
    if (said) return {};
    TEMBLOR_TRY(out_.flush());  // in order, where both are one terminal
    write_to_stderr(fmt::format("temblor: {}; {}\n", printable(line), then));
    return {};
  }

  static constexpr std::size_t kBrokenBytes = 32;

  rocketmq::Client& client_;
  const std::string topic_;
  std::uint64_t left_;
  TextOutput& out_;
  std::vector<Reader> readers_;
  MessageDecoder decoder_;
};

std::string footer() {
  return "A line is BROKER/QUEUE/OFFSET, when the broker stored the message, its key, and what it holds: a record, a\n"
         "result, a letter, else its bytes. Of a message that packs many records each has a line, .NUMBER behind the\n"
         "offset. Messages of different queues come in the order in which they arrive. Queues that the topic gets\n"
         "later are not read. Ctrl-C ends it. Nothing is committed for any group.\n";
}

}  // namespace

Result<int> topic_tail(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Shows the messages of a topic as they arrive.", "temblor topic tail");
  bool from_start = false;
  std::string limit = "0";
  app.add_flag("--from-start", from_start, "begin with the oldest messages, not with the next ones");
  app.add_option("--limit", limit, "end after so many messages, 0 for never [0]")->type_name("N");
  app.footer(footer());
  TEMBLOR_ASSIGN(const TopicArguments asked, parse_topic_arguments(app, arguments));
  if (asked.help) return print(environment, *asked.help);
  TEMBLOR_ASSIGN(const std::uint64_t most, parse_count("--limit", limit, 0, UINT64_MAX));

  std::signal(SIGPIPE, SIG_DFL);  // whoever reads only the first lines (head) ends us without a word
  const auto client = make_client(asked.topic, environment);
  TextOutput out(environment.files);
  Tail tail(*client, asked.topic.topic, most == 0 ? UINT64_MAX : most, out);
  TEMBLOR_TRY(tail.begin(from_start));
  // Only now: while servers are waited for that are down, a signal ends the program at once.
  TEMBLOR_TRY(tail.run(stop_on_signal(), environment.clock));
  return 0;
}

}  // namespace temblor
