#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "connectors/source.h"

namespace temblor {

/// A reading with strings of its own.
struct MemoryReading {
  explicit MemoryReading(const Record& from) : record(from), sensor_id(from.sensor_id), phase_type(from.phase_type) {}

  Record record;  ///< its strings are those below
  std::string sensor_id;
  std::string phase_type;
};
struct MemoryRefusal {
  std::string bytes;
  Rejection reason = Rejection::kFrame;
};

/// One thing that a reader meets: a message's bytes, a reading, a refusal, a poll that answers kNothingYet or
/// kUnavailable, a poll that fails. Each takes one offset.
using MemoryEvent = std::variant<std::string, MemoryReading, MemoryRefusal, PollStatus, Error>;

/// What splits in memory hold: the script of a test. It may grow while it is read; any thread may call it. It outlives
/// its sources, as a topic does its readers, so that a restarted job finds it again.
class MemoryStream {
 public:
  /// Adds a split, found from the `appears_at`th call of discover() on (0 is the first).
  void add_split(const SplitId& split, std::vector<MemoryEvent> events, std::size_t appears_at = 0);
  void append(const SplitId& split, MemoryEvent event);
  /// From now on every split ends at its end, also where the source is unbounded.
  void end();

 private:
  friend class MemorySource;
  friend class MemoryReader;

  struct Split {
    std::deque<MemoryEvent> events;  ///< a deque, because batches point into it while it grows
    std::size_t appears_at = 0;
  };
  mutable std::mutex mutex_;
  std::map<SplitId, Split> splits_;
  bool ended_ = false;
};

/// The twin of the real sources in memory.
class MemorySource final : public Source {
 public:
  struct Settings {
    SourceTraits traits;
    /// No batch is larger, whatever is asked for.
    std::size_t batch_records = std::numeric_limits<std::size_t>::max();
    /// What batches are measured from; the job's start where there is none.
    std::optional<Timestamp> reference;
  };

  MemorySource(std::shared_ptr<MemoryStream> stream, Settings settings)
      : stream_(std::move(stream)), settings_(settings) {}

  [[nodiscard]] SourceTraits traits() const override { return settings_.traits; }
  Result<std::vector<SplitId>> discover() override;
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override;

 private:
  std::shared_ptr<MemoryStream> stream_;
  Settings settings_;
  std::size_t discoveries_ = 0;
};

}  // namespace temblor
