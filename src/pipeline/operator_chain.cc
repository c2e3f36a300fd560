#include "pipeline/operator_chain.h"

#include <spdlog/spdlog.h>

#include "schema/serializer.h"

namespace temblor {

OperatorChain::OperatorChain(const Settings& settings, SplitId split, WindowOperator& windows, Timestamp highest)
    : settings_(settings),
      split_(std::move(split)),
      windows_(windows),
      cleaner_(settings.amplitudes),
      assigner_(settings.window),
      watermark_(settings.window, settings.out_of_orderness, highest),
      event_time_(settings.time_mode == TimeMode::kEvent) {}

void OperatorChain::process(const SourceBatch& batch, Timestamp stamp, Counts& counts, Letters& letters) {
  stamp_ = stamp;
  if (event_time_) cleaner_.accept_timestamps_until(batch.reference + settings_.max_ahead);
  log_records_ = spdlog::should_log(spdlog::level::debug);

  for (const Message& message : batch.messages) {
    Record& record = group_[group_size_].record;
    if (!deserialize(message.bytes, record)) [[unlikely]] {
      reject(Rejection::kParse, message.offset, 0, 0, message.bytes, nullptr, counts, letters);
      continue;
    }
    accept(record, message.offset, message.bytes, counts, letters);
  }
  for (const Reading& reading : batch.readings) {
    group_[group_size_].record = reading.record;
    accept(reading.record, reading.offset, {}, counts, letters);
  }
  combine_group(counts, letters);
  counts.records_read += batch.messages.size() + batch.readings.size();

  for (const Refusal& refusal : batch.refusals) {
    ++counts.records_read;
    reject(refusal.reason, refusal.offset, refusal.end_offset, 0, refusal.bytes, nullptr, counts, letters);
  }
}

inline void OperatorChain::accept(const Record& record, Offset offset, std::string_view bytes, Counts& counts,
                                  Letters& letters) {
  if (log_records_) [[unlikely]] {
    spdlog::debug("Received record from sensor {} amplitude={} phase={}", record.sensor_id, record.seismic_amplitude,
                  record.phase_type);
  }
  if (const auto rejection = cleaner_.check(record)) [[unlikely]] {
    reject(*rejection, offset, 0, record.collect_timestamp, bytes, &record, counts, letters);
    return;
  }
  // The record itself was decoded into its place in the group.
  Accepted& accepted = group_[group_size_];
  accepted.offset = offset;
  accepted.time = event_time_ ? timestamp_from_ms(record.collect_timestamp) : stamp_;
  accepted.window_start = assigner_.start_of(accepted.time);
  accepted.sensor = SensorKey(record.sensor_id);
  accepted.hash = accepted.sensor.hash(settings_.hash_seed);
  accepted.key = Combiner::key(accepted.hash, accepted.window_start);
  combiner_.prefetch(accepted.key);
  group_bytes_[group_size_] = bytes;
  if (++group_size_ == kGroup) combine_group(counts, letters);
}

void OperatorChain::combine_group(Counts& counts, Letters& letters) {
  if (group_size_ == 0) return;
  if (!combiner_.has_room_for(group_size_)) [[unlikely]] {
    combiner_.adapt(held_);
    flush(counts, letters);
  }
  if (combiner_.empty()) first_held_ = group_[0].offset;
  last_held_ = group_[group_size_ - 1].offset;
  std::uint64_t late = 0;
  for (std::size_t i = 0; i < group_size_; ++i) {
    const Accepted& accepted = group_[i];
    if (event_time_) {
      if (watermark_.is_late(accepted.time)) [[unlikely]] {
        ++late;
        if (settings_.keep_late) {
          write_letter("late", accepted.offset, 0, accepted.record.collect_timestamp, group_bytes_[i], &accepted.record,
                       1, letters.late);
        }
        continue;
      }
      watermark_.observe(accepted.time);
    }
    combiner_.add(accepted.key, accepted.hash, accepted.sensor, accepted.window_start,
                  accepted.record.seismic_amplitude, Cleaner::phase_of(accepted.record));
  }
  counts.late += late;
  counts.records_accepted += group_size_ - late;
  held_ += group_size_ - late;
  group_size_ = 0;
}

void OperatorChain::flush(Counts& counts, Letters& letters) {
  if (combiner_.empty()) return;
  const std::span<const Partial> partials = combiner_.partials();
  refused_.clear();
  windows_.merge(partials, refused_);
  for (const RefusedPartial& refused : refused_) {
    const Partial& partial = partials[refused.index];
    const std::uint32_t count = partial.aggregate.count();
    const bool late = refused.reason == RefusedPartial::Reason::kLate;
    const std::string_view reason = late ? "late" : to_string(Rejection::kSensorLimit);
    counts.records_accepted -= count;
    (late ? counts.late : counts.dropped[static_cast<std::size_t>(Rejection::kSensorLimit)]) += count;
    if (late ? settings_.keep_late : settings_.keep_dead) {
      // Its readings are not apart any more: the letter names the sensor and the range of offsets that holds them.
      const Record record{.sensor_id = partial.sensor.id(), .phase_type = {}};
      write_letter(reason, first_held_, last_held_ + 1, to_ms(partial.window_start), {}, &record, count,
                   late ? letters.late : letters.dead);
    }
  }
  combiner_.clear();
  held_ = 0;
}

void OperatorChain::reject(Rejection reason, Offset offset, Offset end_offset, std::int64_t time_ms,
                           std::string_view bytes, const Record* record, Counts& counts, Letters& letters) {
  ++counts.dropped[static_cast<std::size_t>(reason)];
  if (settings_.keep_dead) {
    write_letter(to_string(reason), offset, end_offset, time_ms, bytes, record, 1, letters.dead);
  }
}

void OperatorChain::write_letter(std::string_view reason, Offset offset, Offset end_offset, std::int64_t time_ms,
                                 std::string_view bytes, const Record* record, std::int64_t count, std::string& out) {
  payload_.clear();
  if (bytes.empty() && record != nullptr) serialize(*record, payload_);  // a sample never was a message
  letter_.clear();
  serialize(Letter{.split = split_,
                   .offset = offset,
                   .end_offset = end_offset,
                   .reason = reason,
                   .time_ms = time_ms,
                   .payload = bytes.empty() ? std::string_view(payload_) : bytes,
                   .count = count},
            letter_);
  append_delimited(letter_, out);
}

}  // namespace temblor
