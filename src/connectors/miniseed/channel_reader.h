#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/miniseed/coordinates.h"
#include "connectors/miniseed/file_window.h"
#include "connectors/miniseed/index.h"
#include "connectors/miniseed/position.h"
#include "connectors/miniseed/record.h"
#include "connectors/miniseed/segment_clock.h"
#include "connectors/miniseed/trigger.h"
#include "connectors/source.h"

namespace temblor::miniseed {

/// Reads one channel, about a record at a time; one reading a sample, its amplitude the sample's absolute value in
/// counts. Offsets count the channel's samples, delivered or passed over. There may be tens of thousands of readers:
/// each keeps a few kilobytes and no open file.
///
/// Records that cannot be unpacked are refused as kDamaged, samples that were delivered already as kOverlap, one
/// refusal each, and so are those of files that were added before what a checkpoint says was read, all in one; gaps
/// restart the trigger. The first of each kind is named in the log, all are counted there at the
/// end of the channel.
class ChannelReader final : public SplitReader {
 public:
  /// `sensor_id` and `channel` are those of an entry in `index`.
  ChannelReader(std::shared_ptr<const Index> index, const std::string& sensor_id, const Channel& channel,
                const Coordinates& coordinates, const TriggerSettings& trigger, FileSystem& files, Timestamp reference);

  /// Goes on at a position; refused where it is not one of this channel in these files.
  Result<void> resume(const SplitPosition& position);

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override;
  [[nodiscard]] SplitPosition position() const override;
  [[nodiscard]] std::optional<std::uint64_t> pending() const override;

 private:
  struct Findings {
    std::uint64_t gaps = 0;
    std::uint64_t damaged = 0;
    std::uint64_t overlaps = 0;
    std::uint64_t overlapping_samples = 0;
  };

  Result<bool> load(SourceBatch& batch);
  Result<std::string_view> next_record(RecordHeader& header);
  void enter(const RecordHeader& header, std::string_view record, SourceBatch& batch);
  void refuse(SourceBatch& batch, Rejection reason, std::string_view record, std::size_t samples);
  void refuse_added(SourceBatch& batch);
  void deliver(SourceBatch& batch, std::size_t max_records);
  void finish_record();
  void report();
  [[nodiscard]] std::string where() const;

  std::shared_ptr<const Index> index_;
  const std::string& sensor_id_;
  const Channel& channel_;
  Timestamp reference_;
  Record pattern_;  // what all readings have in common

  std::size_t extent_ = 0;
  std::uint64_t samples_before_ = 0;  // of the extents before it
  std::uint64_t added_before_ = 0;    // to be refused: samples of files that were added before what was read
  FileWindow window_;                 // stands at the record that is next, or the one in `samples_`
  std::size_t record_bytes_ = 0;
  std::vector<double> samples_;  // of the record being delivered, else empty
  std::size_t done_ = 0;         // of its samples
  Offset offset_ = 0;
  SegmentClock clock_;
  Trigger trigger_;
  Findings findings_;
};

}  // namespace temblor::miniseed
