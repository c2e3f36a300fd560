#include "pipeline/operator_chain.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "schema/serializer.h"

namespace temblor {
namespace {

// A source gives messages to be decoded, or readings that never were any; the chain takes both in the same way.
inline bool read_quickly(const Message& message, Record& record) { return read_complete(message.bytes, record); }
inline bool read_quickly(const Reading& reading, Record& record) {
  record = reading.record;
  return true;
}
bool read_any(const Message& message, Record& record) { return deserialize_any(message.bytes, record); }
bool read_any(const Reading& reading, Record& record) { return read_quickly(reading, record); }
std::string_view bytes_of(const Message& message) { return message.bytes; }
std::string_view bytes_of(const Reading& /*reading*/) { return {}; }
const Record* record_of(const Message& /*message*/) { return nullptr; }
const Record* record_of(const Reading& reading) { return &reading.record; }

Letter letter_at(Offset offset, std::int64_t time_ms, std::string_view bytes) {
  return Letter{.split = {}, .offset = offset, .reason = {}, .time_ms = time_ms, .payload = bytes};
}

[[gnu::cold]] void log(const Record& record) {
  spdlog::debug("Received record from sensor {} amplitude={} phase={}", record.sensor_id, record.seismic_amplitude,
                record.phase_type);
}

}  // namespace

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
  counts.gaps += batch.gaps;
  take(std::span<const Message>(batch.messages), counts, letters);
  take(std::span<const Reading>(batch.readings), counts, letters);
  for (const Refusal& refusal : batch.refusals) {
    ++counts.records_read;
    Letter letter = letter_at(refusal.offset, 0, refusal.bytes);
    letter.end_offset = refusal.end_offset;
    if (refusal.whole_bytes > refusal.bytes.size()) {
      letter.payload_bytes = static_cast<std::int64_t>(refusal.whole_bytes);
    }
    reject(refusal.reason, letter, nullptr, counts, letters);
  }
}

template <class Item>
void OperatorChain::take(std::span<const Item> items, Counts& counts, Letters& letters) {
  const bool log_records = spdlog::should_log(spdlog::level::debug);
  for (std::size_t begin = 0; begin < items.size(); begin += kGroup) {
    const std::span<const Item> group = items.subspan(begin, std::min(kGroup, items.size() - begin));
    Accepted* next = group_.data();
    for (std::uint32_t place = 0; place < group.size(); ++place) {
      const Item& item = group[place];
      // The straight way of nearly all, apart from the careful one: so that the record lives in registers, and what is
      // only compared of it is not kept.
      Record record;
      if (!log_records && read_quickly(item, record) && cleaner_.accepts(record)) [[likely]] {
        accept(record, place, *next++);
      } else if (take_carefully(item, place, *next, counts, letters)) {
        ++next;
      }
    }
    combine(group, {group_.data(), next}, counts, letters);
  }
  counts.records_read += items.size();
}

template <class Item>
[[gnu::noinline]] bool OperatorChain::take_carefully(const Item& item, std::uint32_t place, Accepted& accepted,
                                                     Counts& counts, Letters& letters) {
  Record record;
  if (!read_any(item, record)) {
    reject(Rejection::kParse, letter_at(item.offset, 0, bytes_of(item)), nullptr, counts, letters);
    return false;
  }
  if (spdlog::should_log(spdlog::level::debug)) log(record);
  if (const auto rejection = cleaner_.check(record)) {
    reject(*rejection, letter_at(item.offset, record.collect_timestamp, bytes_of(item)), &record, counts, letters);
    return false;
  }
  accept(record, place, accepted);
  return true;
}

[[gnu::always_inline]] inline void OperatorChain::accept(const Record& record, std::uint32_t place,
                                                         Accepted& accepted) {
  // All of it first, then the stores, one by one: behind a store the id would be taken from memory again, since it may
  // be anywhere, and a whole structure would be made elsewhere and copied, which the processor waits for.
  const SensorKey sensor(record.sensor_id);
  const std::uint64_t hash = sensor.hash(settings_.hash_seed);
  const Timestamp time = event_time_ ? timestamp_from_ms(record.collect_timestamp) : stamp_;
  const Timestamp window_start = assigner_.start_of(time);
  const std::uint64_t key = Combiner::key(hash, window_start);
  accepted.sensor = sensor;
  accepted.hash = hash;
  accepted.key = key;
  accepted.time = time;
  accepted.window_start = window_start;
  accepted.amplitude = record.seismic_amplitude;
  accepted.place = place;
  accepted.phase = Cleaner::phase_of(record);
  combiner_.prefetch(key);
}

template <class Item>
[[gnu::noinline]] void OperatorChain::combine(std::span<const Item> group, std::span<const Accepted> accepted,
                                              Counts& counts, Letters& letters) {
  if (accepted.empty()) return;
  if (!combiner_.has_room_for(accepted.size())) [[unlikely]] {
    combiner_.adapt(held_);
    flush(counts, letters);
  }
  if (combiner_.empty()) first_held_ = group[accepted.front().place].offset;
  last_held_ = group[accepted.back().place].offset;
  std::uint64_t late = 0;
  for (const Accepted& reading : accepted) {
    if (event_time_) {
      if (watermark_.is_late(reading.time)) [[unlikely]] {
        ++late;
        if (settings_.keep_late) {
          const Item& item = group[reading.place];
          Letter letter = letter_at(item.offset, to_ms(reading.time), bytes_of(item));
          letter.reason = "late";
          write_letter(letter, record_of(item), letters.late);
        }
        continue;
      }
      watermark_.observe(reading.time);
    }
    combiner_.add(reading.key, reading.hash, reading.sensor, reading.window_start, reading.amplitude, reading.phase);
  }
  counts.late += late;
  counts.records_accepted += accepted.size() - late;
  held_ += accepted.size() - late;
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
      Letter letter = letter_at(first_held_, to_ms(partial.window_start), {});
      letter.end_offset = last_held_ + 1;
      letter.reason = reason;
      letter.count = count;
      write_letter(letter, &record, late ? letters.late : letters.dead);
    }
  }
  combiner_.clear();
  held_ = 0;
}

void OperatorChain::reject(Rejection reason, Letter letter, const Record* record, Counts& counts, Letters& letters) {
  ++counts.dropped[static_cast<std::size_t>(reason)];
  if (!settings_.keep_dead) return;
  letter.reason = to_string(reason);
  write_letter(letter, record, letters.dead);
}

void OperatorChain::write_letter(Letter letter, const Record* record, std::string& out) {
  letter.split = split_;
  if (letter.payload.empty() && record != nullptr) {  // a sample never was a message
    payload_.clear();
    serialize(*record, payload_);
    letter.payload = payload_;
  }
  letter_.clear();
  serialize(letter, letter_);
  append_delimited(letter_, out);
}

}  // namespace temblor
