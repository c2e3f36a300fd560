#include "connectors/memory/memory_source.h"

#include <algorithm>

#include "base/assert.h"

namespace temblor {

class MemoryReader final : public SplitReader {
 public:
  MemoryReader(std::shared_ptr<MemoryStream> stream, const SplitId& split, MemorySource::Settings settings,
               std::size_t next, Timestamp reference)
      : stream_(std::move(stream)),
        split_(stream_->splits_.at(split)),
        settings_(settings),
        reference_(settings.reference.value_or(reference)),
        next_(next) {}

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override {
    TEMBLOR_ASSERT(max_records > 0);
    batch.clear();
    batch.reference = reference_;
    const std::lock_guard lock(stream_->mutex_);
    const std::size_t most = std::min(max_records, settings_.batch_records);
    std::size_t taken = 0;
    while (taken < most && next_ < split_.events.size()) {
      const MemoryEvent& event = split_.events[next_];
      const auto* status = std::get_if<PollStatus>(&event);
      const auto* error = std::get_if<Error>(&event);
      // A scripted answer is a poll of its own.
      if ((status != nullptr || error != nullptr) && taken > 0) break;
      const auto offset = static_cast<Offset>(next_);
      ++next_;
      ++taken;
      if (status != nullptr) return *status;
      if (error != nullptr) return tl::unexpected(*error);
      add(event, offset, batch);
    }
    if (taken > 0) return PollStatus::kRecords;
    return settings_.traits.bounded || stream_->ended_ ? PollStatus::kEnd : PollStatus::kNothingYet;
  }

  [[nodiscard]] SplitPosition position() const override { return {.offset = static_cast<Offset>(next_), .state = {}}; }

  [[nodiscard]] std::optional<std::uint64_t> pending() const override {
    const std::lock_guard lock(stream_->mutex_);
    return split_.events.size() - next_;
  }

 private:
  static void add(const MemoryEvent& event, Offset offset, SourceBatch& batch) {
    if (const auto* message = std::get_if<std::string>(&event)) {
      batch.messages.push_back({.offset = offset, .bytes = *message});
    } else if (const auto* reading = std::get_if<MemoryReading>(&event)) {
      batch.readings.push_back({.offset = offset, .record = reading->record});
      batch.readings.back().record.sensor_id = reading->sensor_id;
      batch.readings.back().record.phase_type = reading->phase_type;
    } else if (const auto* refusal = std::get_if<MemoryRefusal>(&event)) {
      batch.refusals.push_back(
          {.offset = offset, .end_offset = offset + 1, .reason = refusal->reason, .bytes = refusal->bytes});
    }
  }

  std::shared_ptr<MemoryStream> stream_;
  const MemoryStream::Split& split_;
  MemorySource::Settings settings_;
  Timestamp reference_;
  std::size_t next_;
};

void MemoryStream::add_split(const SplitId& split, std::vector<MemoryEvent> events, std::size_t appears_at) {
  const std::lock_guard lock(mutex_);
  Split& added = splits_[split];
  added.events.assign(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  added.appears_at = appears_at;
}

void MemoryStream::append(const SplitId& split, MemoryEvent event) {
  const std::lock_guard lock(mutex_);
  splits_.at(split).events.push_back(std::move(event));
}

void MemoryStream::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

Result<std::vector<SplitId>> MemorySource::discover() {
  const std::lock_guard lock(stream_->mutex_);
  std::vector<SplitId> found;
  for (const auto& [id, split] : stream_->splits_) {
    if (split.appears_at <= discoveries_) found.push_back(id);
  }
  ++discoveries_;
  return found;
}

Result<std::unique_ptr<SplitReader>> MemorySource::open(const SplitId& split, const SplitPosition* position,
                                                        const JobTimes& job) {
  const std::lock_guard lock(stream_->mutex_);
  const auto found = stream_->splits_.find(split);
  if (found == stream_->splits_.end()) return world_error(split, "does not exist");
  const std::size_t next = position == nullptr ? 0 : static_cast<std::size_t>(position->offset);
  if (next > found->second.events.size()) {
    return world_error(split, "is shorter than it was", "put it back");
  }
  return std::make_unique<MemoryReader>(stream_, split, settings_, next, job.reference);
}

}  // namespace temblor
