#include "connectors/miniseed/channel_reader.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace temblor::miniseed {
namespace {

// Read at once from a file; times the number of channels, so small.
constexpr std::size_t kReadChunk = 4096;

}  // namespace

ChannelReader::ChannelReader(std::shared_ptr<const Index> index, const std::string& sensor_id, const Channel& channel,
                             const Coordinates& coordinates, const TriggerSettings& trigger, FileSystem& files,
                             Timestamp reference)
    : index_(std::move(index)),
      sensor_id_(sensor_id),
      channel_(channel),
      reference_(reference),
      window_(files, kReadChunk),
      trigger_(trigger) {
  pattern_.sensor_id = sensor_id_;
  pattern_.longitude = coordinates.longitude;
  pattern_.latitude = coordinates.latitude;
  pattern_.depth = coordinates.depth;
  pattern_.data_quality = 1;
  pattern_.network_status = 1;
  const Extent& first = channel_.extents.front();
  window_.open(index_->files[first.file], first.offset);
}

Result<void> ChannelReader::resume(const SplitPosition& position) {
  const std::optional<Place> place = from_state(position.state);
  if (!place) return world_error("miniseed:" + sensor_id_, "the checkpoint holds no position in this channel");
  const auto found = std::find_if(channel_.extents.begin(), channel_.extents.end(), [&](const Extent& e) {
    return e.offset == place->extent && index_->files[e.file] == place->path && place->record >= e.offset &&
           place->record <= e.offset + e.bytes;
  });
  if (found == channel_.extents.end()) {
    return user_error("miniseed:" + sensor_id_,
                      fmt::format("{} no longer holds what was read from it up to byte {}", place->path, place->record),
                      "put the file back as it was, or begin with another checkpoint folder");
  }
  extent_ = static_cast<std::size_t>(found - channel_.extents.begin());
  samples_before_ = std::accumulate(channel_.extents.begin(), found, std::uint64_t{0},
                                    [](std::uint64_t sum, const Extent& e) { return sum + e.samples; });
  added_before_ = samples_before_ - std::min(samples_before_, place->samples_before);
  window_.open(place->path, place->record);
  done_ = place->samples_done;
  offset_ = position.offset;
  clock_ = SegmentClock(place->clock);
  trigger_.resume(place->clock.rate, place->trigger);
  return {};
}

Result<PollStatus> ChannelReader::poll(SourceBatch& batch, std::size_t max_records) {
  batch.clear();
  batch.reference = reference_;
  if (added_before_ > 0) refuse_added(batch);
  if (samples_.empty()) {
    TEMBLOR_ASSIGN(const bool more, load(batch));
    if (!more) return batch.refusals.empty() ? PollStatus::kEnd : PollStatus::kRecords;
  }
  deliver(batch, max_records);
  return PollStatus::kRecords;
}

SplitPosition ChannelReader::position() const {
  const Extent& extent = channel_.extents[extent_];
  return {offset_, to_state({.samples_before = samples_before_ - added_before_,
                             .path = index_->files[extent.file],
                             .extent = extent.offset,
                             .record = window_.offset(),
                             .samples_done = done_,
                             .clock = clock_.state(),
                             .trigger = trigger_.state()})};
}

std::optional<std::uint64_t> ChannelReader::pending() const {
  return channel_.samples - std::min(channel_.samples, static_cast<std::uint64_t>(offset_));
}

// Unpacks the next record; false where there is none.
Result<bool> ChannelReader::load(SourceBatch& batch) {
  while (window_.offset() >= channel_.extents[extent_].offset + channel_.extents[extent_].bytes) {
    if (extent_ + 1 == channel_.extents.size()) {
      report();
      window_.close();
      return false;
    }
    samples_before_ += channel_.extents[extent_].samples;
    ++extent_;
    window_.open(index_->files[channel_.extents[extent_].file], channel_.extents[extent_].offset);
  }
  RecordHeader header;
  TEMBLOR_ASSIGN(const std::string_view record, next_record(header));
  window_.rest();
  record_bytes_ = header.bytes;
  const std::string problem = decode_samples(record, header, samples_);
  if (!problem.empty()) {
    if (findings_.damaged++ == 0) spdlog::warn("{}: a damaged record is passed over: {}", where(), problem);
    refuse(batch, Rejection::kDamaged, record, header.samples - std::min<std::size_t>(header.samples, done_));
    finish_record();
  } else if (done_ == 0) {
    enter(header, record, batch);
  }
  return true;
}

// The index has seen the record: whatever is there now instead has been put there meanwhile.
Result<std::string_view> ChannelReader::next_record(RecordHeader& header) {
  std::size_t want = kFixedHeader;
  while (true) {
    TEMBLOR_ASSIGN(const std::string_view bytes, window_.view(want));
    RecordScan scan = scan_record(bytes);
    if (scan.status == RecordScan::Status::kNeedsMore && bytes.size() >= want) {
      want = scan.needed;
      continue;
    }
    if (scan.status != RecordScan::Status::kRecord || scan.header.sensor_id != sensor_id_ ||
        scan.header.samples <= done_) {
      return world_error(where(), "the file has changed since it was opened", "let nobody write to it and start again");
    }
    header = std::move(scan.header);
    return bytes.substr(0, header.bytes);
  }
}

// Finds the record's place in time.
void ChannelReader::enter(const RecordHeader& header, std::string_view record, SourceBatch& batch) {
  const SegmentClock::Entry entry = clock_.enter(header.start_us, header.rate, header.samples);
  if (entry.skip > 0) {
    findings_.overlapping_samples += entry.skip;
    if (findings_.overlaps++ == 0) {
      spdlog::info("{}: {} sample(s) were there before and are passed over", where(), entry.skip);
    }
    refuse(batch, Rejection::kOverlap, record, entry.skip);
    done_ = entry.skip;
  }
  if (entry.gap_us > 0) {
    ++batch.gaps;
    if (findings_.gaps++ == 0) {
      spdlog::info("{}: a gap of {:.3f} s", where(), static_cast<double>(entry.gap_us) / 1e6);
    }
  }
  if (entry.anew) trigger_.restart(header.rate);
  if (done_ == samples_.size()) finish_record();
}

void ChannelReader::refuse(SourceBatch& batch, Rejection reason, std::string_view record, std::size_t samples) {
  const Offset end = offset_ + static_cast<Offset>(samples);
  batch.refusals.push_back({.offset = offset_, .end_offset = end, .reason = reason, .bytes = record});
  offset_ = end;
}

void ChannelReader::refuse_added(SourceBatch& batch) {
  spdlog::warn(
      "miniseed:{}: {} sample(s) of files added since the checkpoint lie before what was read, and are passed over",
      sensor_id_, added_before_);
  refuse(batch, Rejection::kOverlap, {}, added_before_);
  added_before_ = 0;
}

void ChannelReader::deliver(SourceBatch& batch, std::size_t max_records) {
  if (samples_.empty()) return;
  const std::size_t end = std::min(samples_.size(), done_ + std::max<std::size_t>(max_records, 1));
  pattern_.frequency = static_cast<std::int32_t>(std::lround(clock_.state().rate.hz()));
  for (; done_ < end; ++done_) {
    const double sample = samples_[done_];
    Reading& reading = batch.readings.emplace_back(Reading{offset_++, pattern_});
    reading.record.seismic_amplitude = static_cast<float>(std::abs(sample));
    reading.record.phase_type = to_string(trigger_.hear(sample));
    reading.record.collect_timestamp = to_ms(clock_.next());
  }
  if (done_ == samples_.size()) finish_record();
}

void ChannelReader::finish_record() {
  window_.advance(record_bytes_);
  samples_.clear();
  done_ = 0;
}

void ChannelReader::report() {
  const Findings& f = findings_;
  if (f.gaps + f.damaged + f.overlaps == 0) return;
  spdlog::info("miniseed:{}: {} gap(s), {} damaged record(s), {} record(s) with {} sample(s) that were there before",
               sensor_id_, f.gaps, f.damaged, f.overlaps, f.overlapping_samples);
  findings_ = {};
}

std::string ChannelReader::where() const {
  return fmt::format("miniseed:{}, {} at byte {}", sensor_id_, index_->files[channel_.extents[extent_].file],
                     window_.offset());
}

}  // namespace temblor::miniseed
