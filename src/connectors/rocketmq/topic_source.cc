#include "connectors/rocketmq/topic_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>

#include "connectors/rocketmq/queue_offsets.h"
#include "connectors/rocketmq/queue_reader.h"
#include "connectors/rocketmq/stored_until_now.h"
#include "connectors/rocketmq/transport.h"

namespace temblor::rocketmq {
namespace {

constexpr std::chrono::seconds kFarewell{2};   // what a source that ends waits for the brokers' answers
constexpr std::chrono::seconds kSettling{60};  // what brokers may take to show what they have stored
constexpr std::chrono::seconds kBeginning{5};  // in its first second a broker knows nothing of itself
constexpr std::chrono::milliseconds kLook{20};

}  // namespace

/// The queues that are known. Of any thread.
struct TopicSource::Found {
  std::mutex mutex;
  std::set<Queue> queues;
  std::string trouble;
  bool asking = false;
};

/// Offsets that no broker has answered for yet. Of any thread.
struct TopicSource::Telling {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t unanswered = 0;
};

Result<std::unique_ptr<Source>> TopicSource::make(const Uri& uri, const Environment& environment) {
  TEMBLOR_ASSIGN(auto settings, TopicSourceSettings::parse(uri));
  return std::make_unique<TopicSource>(std::move(settings), environment);
}

TopicSource::TopicSource(Settings settings, const Environment& environment, std::unique_ptr<Client> client)
    : settings_(std::move(settings)),
      clock_(environment.clock),
      seed_(environment.hash_seed),
      client_(std::move(client)),
      found_(std::make_shared<Found>()),
      telling_(std::make_shared<Telling>()) {}

TopicSource::~TopicSource() {
  if (client_ == nullptr) return;
  // The last ones are those that a run without a checkpoint may go on from.
  std::unique_lock lock(telling_->mutex);
  client_->transport().wait(lock, telling_->changed, kFarewell, [&] { return telling_->unanswered == 0; });
}

SourceTraits TopicSource::traits() const {
  return {.time_mode = TimeMode::kProcessing,
          .amplitude_range = kRecordAmplitudes,
          .bounded = settings_.bounded,
          .rewindable = true};
}

Client& TopicSource::client() {
  if (client_ == nullptr) {
    ClientConfig config = client_config(settings_.topic, fmt::format("temblor-source-{:016x}", seed_), seed_);
    config.consumer_groups = {settings_.group};  // brokers' tools show the lag of groups that have been there
    client_ = std::make_unique<Client>(std::move(config), clock_);
  }
  return *client_;
}

SplitId TopicSource::split_of(const Queue& queue) const {
  return fmt::format("rocketmq:{}/{}/{}", settings_.topic.topic, queue.broker, queue.id);
}

std::optional<Queue> TopicSource::queue_of(const SplitId& split) const {
  const std::string front = fmt::format("rocketmq:{}/", settings_.topic.topic);
  const std::size_t slash = split.rfind('/');
  if (!split.starts_with(front) || slash <= front.size()) return std::nullopt;
  Queue queue{.broker = split.substr(front.size(), slash - front.size())};
  const char* end = split.data() + split.size();
  const auto [at, error] = std::from_chars(split.data() + slash + 1, end, queue.id);
  if (error != std::errc() || at != end || queue.id < 0) return std::nullopt;
  return queue;
}

Result<std::vector<SplitId>> TopicSource::discover() {
  if (!discovered_) {
    auto asked = client().queues(settings_.topic.topic);
    if (!asked && resumed_) {
      // The checkpoint knows the queues: they are waited for.
      spdlog::warn("{}: {}; going on all the same", settings_.uri, asked.error().to_line());
      discovered_ = true;
      return std::vector<SplitId>();
    }
    TEMBLOR_ASSIGN(const auto queues, std::move(asked));
    if (queues.empty()) return user_error(settings_.uri, "the topic has no queue that can be read", "create some");
    first_.insert(queues.begin(), queues.end());
    found_->queues = first_;
    discovered_ = true;
  }
  const std::scoped_lock lock(found_->mutex);
  if (!settings_.bounded && !found_->asking) {
    found_->asking = true;
    client().look_up_queues(settings_.topic.topic, [found = found_, uri = settings_.uri](const auto& queues) {
      const std::scoped_lock inner(found->mutex);
      found->asking = false;
      const std::string trouble = queues ? std::string() : queues.error().to_line();
      if (!trouble.empty() && trouble != found->trouble) spdlog::warn("{}: {}; trying again", uri, trouble);
      found->trouble = trouble;
      // What is not named may be away with its broker: it is remembered.
      if (queues) found->queues.insert(queues->begin(), queues->end());
    });
  }
  std::vector<SplitId> splits;
  for (const Queue& queue : found_->queues) splits.push_back(split_of(queue));
  std::sort(splits.begin(), splits.end());
  return splits;
}

Result<Offset> TopicSource::first_offset(const Queue& queue, Timestamp job_start) {
  QueueOffsets offsets(client(), settings_.topic.topic);
  switch (settings_.start.from) {
    case Start::From::kLatest:
      // One that was not seen when the job began is new, or was away: what came since then is to be read.
      return resumed_ || !first_.contains(queue) ? offsets.at(queue, job_start) : offsets.max(queue);
    case Start::From::kTime:
      return offsets.at(queue, settings_.start.time);
    case Start::From::kGroup: {
      TEMBLOR_ASSIGN(const std::optional<Offset> committed, offsets.committed(queue, settings_.group));
      if (committed) return *committed;
      break;
    }
    case Start::From::kEarliest:
      break;
  }
  return offsets.min(queue);
}

std::size_t TopicSource::share_of_prefetch() const {
  const std::scoped_lock lock(found_->mutex);
  const std::size_t queues = std::max<std::size_t>(found_->queues.size(), 1);
  return std::min(limits::kRocketmqPrefetchBytes, limits::kRocketmqSourcePrefetchBytes / queues);
}

/// What was acknowledged before the job began is to be read, and brokers show it a moment later.
void TopicSource::wait_for_what_is_stored() {
  if (std::exchange(settled_, true)) return;
  std::set<std::string> brokers;
  for (const Queue& queue : first_) brokers.insert(queue.broker);
  StoredUntilNow stored(client(), brokers);
  const auto began = clock_.monotonic();
  while (true) {
    const Result<bool> readable = stored.is_readable();
    if (readable && *readable) return;
    if (clock_.monotonic() - began > (readable ? kSettling : kBeginning)) {
      const std::string why = readable ? "not all that is stored can be read yet" : readable.error().to_line();
      spdlog::warn("{}: {}; what was written last may lie behind the end", settings_.uri, why);
      return;
    }
    clock_.sleep_for(kLook);
  }
}

Result<std::unique_ptr<SplitReader>> TopicSource::open(const SplitId& split, const SplitPosition* position,
                                                       const JobTimes& job) {
  const auto queue = queue_of(split);
  if (!queue) return user_error(split, "is no split of " + settings_.uri);
  QueuePosition begin;
  if (position != nullptr) {
    TEMBLOR_ASSIGN(begin, QueuePosition::from(*position, split));
  } else {
    TEMBLOR_ASSIGN(begin.offset, first_offset(*queue, job.start));
    if (settings_.bounded) {
      wait_for_what_is_stored();
      TEMBLOR_ASSIGN(begin.end, QueueOffsets(client(), settings_.topic.topic).max(*queue));
    }
  }
  if (settings_.bounded != begin.end.has_value()) {
    return user_error(settings_.uri, "the job began otherwise: with 'bounded' in one run and without it in another",
                      "write it as it was when the checkpoint was made");
  }
  return std::make_unique<QueueReader>(client(),
                                       QueueReader::Settings{.topic = settings_.topic.topic,
                                                             .queue = *queue,
                                                             .group = settings_.group,
                                                             .pull = settings_.pull,
                                                             .stop_at_loss = settings_.stop_at_loss,
                                                             .prefetch_bytes = share_of_prefetch()},
                                       split, begin);
}

void TopicSource::acknowledge(const SplitId& split, const SplitPosition& position) {
  const auto queue = queue_of(split);
  if (!queue) return;
  {
    const std::scoped_lock lock(telling_->mutex);
    ++telling_->unanswered;
  }
  QueueOffsets(client(), settings_.topic.topic).tell(*queue, settings_.group, position.offset, [telling = telling_] {
    const std::scoped_lock lock(telling->mutex);
    if (--telling->unanswered == 0) telling->changed.notify_all();
  });
}

}  // namespace temblor::rocketmq
