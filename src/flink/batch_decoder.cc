#include "flink/batch_decoder.h"

#include <algorithm>

#include "base/limits.h"
#include "schema/deserializer.h"
#include "schema/serializer.h"

namespace temblor::flink {

Result<void> BatchDecoder::decode(std::span<const std::int32_t> lengths, std::span<const std::int64_t> offsets,
                                  Timestamp reference, RecordBatch& batch, std::uint64_t most) {
  lengths_ = {};
  pack_ = RecordPack();
  begun_ = 0;
  left_ = most;
  std::uint64_t all = 0;
  for (const std::int32_t length : lengths) all += static_cast<std::uint32_t>(length) & ~kKind;
  if (lengths.size() != offsets.size() || all != batch.bytes.size()) {
    return tl::unexpected(
        Error{Blame::kBug, "has lengths and offsets that do not fit", "a pull of " + batch.split, {}});
  }
  if (settings_.event_time) cleaner_.accept_timestamps_until(reference + settings_.max_ahead);
  lengths_ = lengths;
  offsets_ = offsets;
  rest_ = batch.bytes;
  fill(batch);
  return {};
}

bool BatchDecoder::decode_more(RecordBatch& batch) {
  if (left_ == 0 || (pack_.empty() && lengths_.empty())) return false;
  fill(batch);
  return true;
}

void BatchDecoder::fill(RecordBatch& batch) {
  batch.clear();
  while (left_ > 0 && !batch.full()) {
    if (!pack_.empty()) [[unlikely]] {
      take_packed(batch);
    } else if (lengths_.empty()) {
      return;
    } else if ((static_cast<std::uint32_t>(lengths_.front()) & kKind) == 0) [[likely]] {
      take_records(batch);
    } else {
      begin_message(batch);
    }
  }
}

[[gnu::always_inline]] inline void BatchDecoder::append(const Record& record, std::string_view bytes,
                                                        std::int64_t offset, RecordBatch& batch) {
  BatchRow& row = batch.add_row();
  row.sensor = SensorKey(record.sensor_id);
  row.hash = row.sensor.hash(settings_.hash_seed);
  row.time = timestamp_from_ms(record.collect_timestamp);
  row.amplitude = record.seismic_amplitude;
  row.phase = Cleaner::phase_of(record);
  if (row.time > batch.highest) batch.highest = row.time;
  if (settings_.keep_late) batch.origins.push_back({.offset = offset, .bytes = bytes});
}

// As in pipeline/operator_chain.cc: the straight way of nearly all, and the careful one of the others.
[[gnu::always_inline]] inline bool BatchDecoder::take(std::string_view bytes, std::int64_t offset, RecordBatch& batch) {
  Record record;
  if (read_complete(bytes, record) && cleaner_.accepts(record)) [[likely]] {
    append(record, bytes, offset, batch);
    return true;
  }
  take_carefully(bytes, offset, batch);
  return !batch.full();
}

void BatchDecoder::take_records(RecordBatch& batch) {
  const auto most = std::min<std::uint64_t>({lengths_.size(), left_, batch.room_for_rows()});
  const char* at = rest_.data();
  std::size_t taken = 0;
  for (bool room = true; room && taken < most; ++taken) {
    const auto length = static_cast<std::uint32_t>(lengths_[taken]);
    if ((length & kKind) != 0) [[unlikely]]
      break;
    room = take({at, length}, offsets_[taken], batch);
    at += length;
  }
  left_ -= taken;
  lengths_ = lengths_.subspan(taken);
  offsets_ = offsets_.subspan(taken);
  rest_.remove_prefix(static_cast<std::size_t>(at - rest_.data()));
  begun_ += taken;
}

void BatchDecoder::begin_message(RecordBatch& batch) {
  const auto length = static_cast<std::uint32_t>(lengths_.front());
  const std::string_view body = rest_.substr(0, length & ~kKind);
  const std::int64_t offset = offsets_.front();
  lengths_ = lengths_.subspan(1);
  offsets_ = offsets_.subspan(1);
  rest_.remove_prefix(body.size());
  ++begun_;
  if ((length & kKind) == kPacked) {
    pack_ = RecordPack(body);
    pack_offset_ = offset;
  } else {
    --left_;
    drop((length & kKind) == kDamaged ? Rejection::kDamaged : Rejection::kCompression, body, offset, 0, batch);
  }
}

void BatchDecoder::take_carefully(std::string_view bytes, std::int64_t offset, RecordBatch& batch) {
  Record record;
  if (!deserialize_any(bytes, record)) return drop(Rejection::kParse, bytes, offset, 0, batch);
  if (const auto rejection = cleaner_.check(record)) {
    return drop(*rejection, bytes, offset, record.collect_timestamp, batch);
  }
  append(record, bytes, offset, batch);
}

void BatchDecoder::take_packed(RecordBatch& batch) {
  const auto record = pack_.next();
  --left_;
  if (record) {
    take(*record, pack_offset_, batch);
  } else {
    drop(Rejection::kFrame, pack_.rest(), pack_offset_, 0, batch);
    pack_ = RecordPack();
  }
}

void BatchDecoder::drop(Rejection reason, std::string_view bytes, std::int64_t offset, std::int64_t time_ms,
                        RecordBatch& batch) {
  ++batch.dropped[static_cast<std::size_t>(reason)];
  if (!settings_.keep_dead) return;
  letter_.clear();
  // Where it is no record but bytes of a queue, the letter says that they end before the next message, and is cut.
  const bool is_record =
      reason != Rejection::kFrame && reason != Rejection::kDamaged && reason != Rejection::kCompression;
  Letter letter{.split = batch.split,
                .offset = offset,
                .end_offset = is_record ? 0 : offset + 1,
                .reason = to_string(reason),
                .time_ms = time_ms,
                .payload = bytes,
                .count = 1};
  if (!is_record) cut_payload(letter, limits::kMessageBytes);
  serialize(letter, letter_);
  append_delimited(letter_, batch.dead_letters);
}

}  // namespace temblor::flink
