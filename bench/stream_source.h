#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "connectors/source.h"
#include "record_stream.h"

namespace temblor::bench {

/// Record streams in memory as a source, one split each. Paced, a record becomes available when as much real time has
/// passed since the first poll as between its timestamp and the stream's first.
class StreamSource final : public Source {
 public:
  /// Told of each poll how many records it gives out, on the thread that polls.
  using Polled = std::function<void(std::size_t)>;

  /// `streams` and `clock` outlive the source.
  StreamSource(const std::vector<RecordStream>& streams, const Clock& clock, bool paced, Polled polled = {})
      : streams_(streams), clock_(clock), paced_(paced), polled_(std::move(polled)) {}

  [[nodiscard]] SourceTraits traits() const override { return {}; }

  Result<std::vector<SplitId>> discover() override {
    std::vector<SplitId> ids;
    for (std::size_t i = 0; i < streams_.size(); ++i) ids.push_back("stream:" + std::to_string(i));
    return ids;
  }

  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override {
    const auto number = static_cast<std::size_t>(std::stoul(split.substr(split.find(':') + 1)));
    return std::make_unique<Reader>(streams_[number], clock_, paced_, polled_,
                                    position == nullptr ? 0 : position->offset, job.reference);
  }

  /// When the first record became available; for latencies.
  static inline std::chrono::nanoseconds began{};

 private:
  class Reader final : public SplitReader {
   public:
    Reader(const RecordStream& stream, const Clock& clock, bool paced, const Polled& polled, Offset next,
           Timestamp reference)
        : stream_(stream), clock_(clock), paced_(paced), polled_(polled), next_(next), reference_(reference) {}

    Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override {
      batch.clear();
      batch.reference = reference_;
      const auto size = static_cast<Offset>(stream_.size());
      Offset end = std::min<Offset>(size, next_ + static_cast<Offset>(max_records));
      if (paced_) {
        const auto now = clock_.monotonic();
        if (began == std::chrono::nanoseconds{}) began = now;
        end = std::min<Offset>(end, static_cast<Offset>(stream_.due_after(now - began)));
        if (end <= next_ && next_ < size) return PollStatus::kNothingYet;
      }
      if (polled_) polled_(static_cast<std::size_t>(end - next_));
      for (; next_ < end; ++next_) {
        batch.messages.push_back({.offset = next_, .bytes = stream_.message(static_cast<std::size_t>(next_))});
      }
      return next_ == size ? PollStatus::kEnd : PollStatus::kRecords;
    }

    [[nodiscard]] SplitPosition position() const override { return {.offset = next_, .state = {}}; }

   private:
    const RecordStream& stream_;
    const Clock& clock_;
    bool paced_;
    const Polled& polled_;
    Offset next_;
    Timestamp reference_;
  };

  const std::vector<RecordStream>& streams_;
  const Clock& clock_;
  bool paced_;
  Polled polled_;
};

}  // namespace temblor::bench
