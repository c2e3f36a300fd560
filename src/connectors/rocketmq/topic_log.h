#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/keyed_message.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/topic_settings.h"

namespace temblor::rocketmq {

/// A topic that is appended to, exactly once.
///
/// A broker cannot be told to forget what it got twice, so it is not sent twice: prepare() says from which offsets on
/// messages that are committed after it can lie. A commit that may not be the first of its messages looks there for
/// those that have arrived, and sends the others. It looks only once the sender before it is gone from the brokers'
/// lists, plus a second, since until then some of its bytes may be on their way; and it waits until the brokers show
/// all that they have stored. Senders know each other by a name that the checkpoint keeps.
///
/// One thread at a time.
class TopicLog {
 public:
  using Settings = TopicSinkSettings;

  using MakeClient = std::function<std::unique_ptr<Client>(ClientConfig)>;

  /// Connects to nothing yet. `make_client`: for tests; over TCP where there is none.
  TopicLog(Settings settings, const Environment& environment, MakeClient make_client = {});
  ~TopicLog();

  Result<void> open(const std::string* prepared);

  /// Sends messages, at least once; returns when they have arrived.
  Result<void> send(std::span<const KeyedMessage> messages);

  Result<std::string> prepare();

  /// A commit in pieces: whether there is anything left to do, then append, then end.
  Result<bool> begin_commit(std::string_view prepared);
  Result<void> append(std::span<const KeyedMessage> messages);
  /// Different for each prepare() of a job; the same when its commit is begun again.
  [[nodiscard]] std::uint64_t commit_number() const { return committing_number_; }
  void end_commit();

 private:
  using Offsets = std::map<Queue, Offset>;
  struct Prepared;

  void connect();
  [[nodiscard]] Result<Prepared> read(std::string_view prepared) const;
  Result<void> make_producer(bool resend_unknown);
  Result<void> look_back();
  Result<void> wait_for_predecessors();
  Result<void> read_back(const Queue& queue, Offset offset, Offset end);
  Result<Offsets> ends();
  Result<Offset> begin_of_shorter(const Queue& queue);
  [[nodiscard]] bool may_be_pending(std::string_view mark) const;
  Result<void> patiently(const std::function<Result<bool>()>& step);

  const Settings settings_;
  Clock& clock_;
  const std::uint64_t seed_;
  const MakeClient make_client_;
  std::string writer_;          ///< what this job's senders have in common
  std::uint64_t sequence_ = 0;  ///< of prepare(), so that no two say the same
  Offsets reached_;             ///< behind all that is known to have arrived
  Offsets offsets_;             ///< from where on messages that are not committed can lie
  std::uint64_t floor_ = 0;     ///< the first commit that they can be of: later ones after an older checkpoint was used
  std::optional<Timestamp> since_;  ///< from when on, where it is known; for queues that do not reach there
  std::uint32_t clients_ = 0;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Producer> producer_;
  bool doubtful_ = false;                    ///< messages may have arrived that this does not know of
  std::unordered_set<std::string> arrived_;  ///< keys that a look back has found
  std::string committing_;
  std::uint64_t committing_number_ = 0;
  std::string committed_;  ///< what the last commit was prepared as
};

}  // namespace temblor::rocketmq
