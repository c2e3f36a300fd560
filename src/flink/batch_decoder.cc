#include "flink/batch_decoder.h"

#include <algorithm>

#include "schema/deserializer.h"
#include "schema/record_pack.h"
#include "schema/serializer.h"

namespace temblor::flink {

Result<std::size_t> BatchDecoder::decode(std::span<const std::int32_t> lengths, std::span<const std::int64_t> offsets,
                                         Timestamp reference, RecordBatch& batch, std::uint64_t most) {
  batch.clear();
  left_ = most;
  const auto mistake = [&](const char* what) {
    return tl::unexpected(Error{Blame::kBug, what, "a pull of " + batch.split, {}});
  };
  if (lengths.size() != offsets.size()) return mistake("has not a length and an offset for each message");
  if (settings_.event_time) cleaner_.accept_timestamps_until(reference + settings_.max_ahead);
  std::string_view rest = batch.bytes;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (left_ == 0) return i;
    const auto length = static_cast<std::uint32_t>(lengths[i]);
    const std::size_t size = length & ~kPacked;
    if (size > rest.size()) return mistake("holds fewer bytes than its messages");
    const std::string_view body = rest.substr(0, size);
    rest.remove_prefix(size);
    if ((length & kPacked) != 0) {
      take_pack(body, offsets[i], batch);
    } else {
      take(body, offsets[i], batch);
    }
  }
  if (!rest.empty()) return mistake("holds more bytes than its messages");
  return lengths.size();
}

void BatchDecoder::take(std::string_view bytes, std::int64_t offset, RecordBatch& batch) {
  --left_;
  Record record;
  if (!deserialize(bytes, record)) [[unlikely]]
    return drop(Rejection::kParse, bytes, offset, 0, batch);
  if (const auto rejection = cleaner_.check(record)) [[unlikely]]
    return drop(*rejection, bytes, offset, record.collect_timestamp, batch);
  BatchRow& row = batch.rows.emplace_back();
  row.sensor = SensorKey(record.sensor_id);
  row.hash = row.sensor.hash(settings_.hash_seed);
  row.time = timestamp_from_ms(record.collect_timestamp);
  row.amplitude = record.seismic_amplitude;
  row.phase = Cleaner::phase_of(record);
  batch.highest = std::max(batch.highest, row.time);
  row.offset = offset;
  row.bytes = bytes;
}

void BatchDecoder::take_pack(std::string_view body, std::int64_t offset, RecordBatch& batch) {
  RecordPack pack(body);
  while (!pack.empty() && left_ > 0) {
    const auto record = pack.next();
    if (!record) {
      --left_;
      return drop(Rejection::kFrame, pack.rest(), offset, 0, batch);
    }
    take(*record, offset, batch);
  }
}

void BatchDecoder::drop(Rejection reason, std::string_view bytes, std::int64_t offset, std::int64_t time_ms,
                        RecordBatch& batch) {
  ++batch.dropped[static_cast<std::size_t>(reason)];
  if (!settings_.keep_dead) return;
  letter_.clear();
  // What is no frame may be a part of a message only: it ends before the next one.
  serialize(Letter{.split = batch.split,
                   .offset = offset,
                   .end_offset = reason == Rejection::kFrame ? offset + 1 : 0,
                   .reason = to_string(reason),
                   .time_ms = time_ms,
                   .payload = bytes,
                   .count = 1},
            letter_);
  append_delimited(letter_, batch.dead_letters);
}

}  // namespace temblor::flink
