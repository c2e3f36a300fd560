#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "connectors/rocketmq/backoff.h"
#include "connectors/rocketmq/cluster.h"
#include "connectors/rocketmq/puller.h"

namespace temblor::rocketmq {

/// What a Puller does in the background: one pull after the other, on the transport's thread. Held by a shared_ptr.
class PullLoop : public std::enable_shared_from_this<PullLoop> {
 public:
  PullLoop(std::shared_ptr<Cluster> cluster, PullerConfig config);

  // From the transport's thread.
  void start();

  // From a caller's thread.
  Pulled poll(Milliseconds max_wait);
  void seek(Offset offset);
  void stop();
  [[nodiscard]] std::optional<Offset> max_offset() const;

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  void ask();
  void take(const Answer& answer);
  void take_reply(const Frame& frame);
  void wait_and_ask(PullStatus status, Error error);
  void check_moved(const Frame& frame);
  void probe(std::uint64_t request);
  [[nodiscard]] Request pull_request(bool suspend) const;

  const std::shared_ptr<Cluster> cluster_;
  const PullerConfig config_;

  mutable std::mutex mutex_;  ///< all that follows
  std::condition_variable changed_;
  bool stopped_ = false;
  Offset offset_;              ///< of the next pull
  std::uint64_t request_ = 0;  ///< number of the pull in flight; what answers another is too late
  bool in_flight_ = false;
  bool waiting_ = false;  ///< a back-off runs
  bool at_end_ = false;   ///< the last answer was that there is nothing: the next pull may be held
  std::deque<Pulled> ready_;
  std::size_t ready_bytes_ = 0;
  PullStatus trouble_ = PullStatus::kAsking;  ///< why nothing comes, kAsking where all is well
  std::optional<Error> error_;
  Pulled moved_;                          ///< what is said at kOffsetMoved
  std::optional<Nanoseconds> empty_at_;   ///< when the broker said last that there is nothing
  std::optional<Nanoseconds> beyond_at_;  ///< since when it says that the queue ends before offset_
  std::optional<Offset> max_offset_;
  Backoff backoff_;
};

}  // namespace temblor::rocketmq
