#include "flink/batch_decoder.h"

#include <algorithm>

#include "schema/deserializer.h"
#include "schema/record_pack.h"
#include "schema/serializer.h"

namespace temblor::flink {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::uint32_t load_length(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = kLengthBytes; i > 0; --i) value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

}  // namespace

Result<std::size_t> BatchDecoder::decode(std::string_view messages, std::span<const std::int64_t> offsets,
                                         Timestamp reference, RecordBatch& batch, std::uint64_t most) {
  batch.clear();
  left_ = most;
  batch.bytes = messages;
  if (settings_.event_time) cleaner_.accept_timestamps_until(reference + settings_.max_ahead);
  std::string_view rest = batch.bytes;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (left_ == 0) return i;
    const std::int64_t offset = offsets[i];
    const std::uint32_t length = rest.size() < kLengthBytes ? 0 : load_length(rest);
    const std::size_t size = length & ~kPacked;
    if (rest.size() < kLengthBytes || size > rest.size() - kLengthBytes) {
      return tl::unexpected(Error{Blame::kBug, "holds fewer messages than offsets", "a pull of " + batch.split, {}});
    }
    const std::string_view body = rest.substr(kLengthBytes, size);
    rest.remove_prefix(kLengthBytes + size);
    if ((length & kPacked) != 0) {
      take_pack(body, offset, batch);
    } else {
      take(body, offset, batch);
    }
  }
  if (!rest.empty()) {
    return tl::unexpected(Error{Blame::kBug, "holds more messages than offsets", "a pull of " + batch.split, {}});
  }
  return offsets.size();
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
