#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/environment.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/queue.h"
#include "connectors/rocketmq/topic_settings.h"
#include "connectors/source.h"

namespace temblor::rocketmq {

/// A topic as a source: its queues are the splits, `rocketmq:TOPIC/BROKER/NUMBER`. Queues that appear later are read
/// from where the job's settings say, those that were made since it began from their start; those whose broker is down
/// are waited for.
class TopicSource final : public Source {
 public:
  using Start = TopicStart;
  using Settings = TopicSourceSettings;

  /// Checks the settings of `uri`; connects to nothing.
  static Result<std::unique_ptr<Source>> make(const Uri& uri, const Environment& environment);

  /// Over `client`, which is made from the settings and the environment where it is none: for tests.
  TopicSource(Settings settings, const Environment& environment, std::unique_ptr<Client> client = nullptr);
  ~TopicSource() override;

  [[nodiscard]] SourceTraits traits() const override;
  Result<std::vector<SplitId>> discover() override;
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override;
  void resume() override { resumed_ = true; }
  [[nodiscard]] bool awaits(const SplitId& split) const override { return queue_of(split).has_value(); }
  void acknowledge(const SplitId& split, const SplitPosition& position) override;

 private:
  struct Found;
  struct Telling;

  Client& client();
  [[nodiscard]] SplitId split_of(const Queue& queue) const;
  [[nodiscard]] std::optional<Queue> queue_of(const SplitId& split) const;
  Result<Offset> first_offset(const Queue& queue, Timestamp job_start);
  void wait_for_what_is_stored();
  [[nodiscard]] std::size_t share_of_prefetch() const;

  const Settings settings_;
  Clock& clock_;
  const std::uint64_t seed_;
  std::unique_ptr<Client> client_;
  std::shared_ptr<Found> found_;      ///< what lookups in the background have brought
  std::shared_ptr<Telling> telling_;  ///< offsets on their way to the brokers
  std::set<Queue> first_;             ///< the queues that were there when the job began
  bool discovered_ = false;
  bool settled_ = false;  ///< wait_for_what_is_stored() was there
  bool resumed_ = false;
};

}  // namespace temblor::rocketmq
