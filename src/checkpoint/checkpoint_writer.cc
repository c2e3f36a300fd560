#include <xxhash.h>

#include "checkpoint/checkpoint_format.h"
#include "checkpoint/frame.h"
#include "proto/checkpoint.pb.h"

namespace temblor {

using v1::CheckpointCounts;
using v1::CheckpointFrame;
using v1::CheckpointHeader;
using v1::CheckpointResults;
using v1::CheckpointSplit;
using v1::CheckpointWindow;
namespace {

/// Entries in one frame: some hundred kilobytes.
constexpr std::size_t kFrameEntries = 8192;
/// Bytes of letters in one frame.
constexpr std::size_t kFrameLetterBytes = std::size_t{1} << 20;

class Writer {
 public:
  explicit Writer(OutputFile& file) : file_(file) {}

  Result<void> write(const CheckpointFrame& frame) {
    bytes_.clear();
    append_frame(frame, bytes_);
    ++frames_;
    return file_.append(bytes_);
  }

  [[nodiscard]] std::uint64_t frames() const { return frames_; }

 private:
  OutputFile& file_;
  std::string bytes_;
  std::uint64_t frames_ = 0;
};

void fill(const Counts& counts, CheckpointCounts& out) {
  out.set_records_read(counts.records_read);
  out.set_records_accepted(counts.records_accepted);
  for (std::size_t i = 0; i < kRejections; ++i) {
    if (counts.dropped[i] != 0) (*out.mutable_dropped())[std::string(kRejectionNames[i])] = counts.dropped[i];
  }
  out.set_late(counts.late);
  out.set_windows_emitted(counts.windows_emitted);
  out.set_results_emitted(counts.results_emitted);
  out.set_gaps(counts.gaps);
}

void fill(const CheckpointFacts& facts, CheckpointHeader& out) {
  out.set_format_version(kCheckpointFormat);
  out.set_id(facts.id);
  out.set_created_ms(to_ms(facts.created));
  for (const auto& [key, value] : facts.settings) (*out.mutable_settings())[key] = value;
  out.set_job_start_ms(to_ms(facts.job_start));
  out.set_reference_ms(to_ms(facts.reference));
  out.set_closed_through_ms(to_ms(facts.closed_through));
  out.set_last_stamp_ms(to_ms(facts.last_stamp));
  fill(facts.counts, *out.mutable_counts());
  out.set_seconds(facts.seconds);
  out.set_restarts(facts.restarts);
  out.set_finished(facts.finished);
}

void add_entry(const WindowEntry& entry, CheckpointWindow& out) {
  const Aggregate& aggregate = entry.aggregate;
  const std::string_view id = entry.sensor.id();
  out.mutable_sensor_ids()->append(id);
  out.add_sensor_id_bytes(static_cast<std::uint32_t>(id.size()));
  const auto sum = static_cast<UInt128>(aggregate.sum().narrow());
  out.add_sum_low(static_cast<std::uint64_t>(sum));
  out.add_sum_high(static_cast<std::uint64_t>(sum >> 64U));
  out.add_max_amplitude(aggregate.max());
  out.add_min_amplitude(aggregate.min());
  out.add_p_phase_count(aggregate.phase_count(Phase::kP));
  out.add_s_phase_count(aggregate.phase_count(Phase::kS));
  out.add_n_phase_count(aggregate.phase_count(Phase::kNoise));
  if (std::string wide = aggregate.sum().wide_bytes(); !wide.empty()) {
    out.add_wide_index(static_cast<std::uint32_t>(out.max_amplitude_size() - 1));
    out.add_wide_sum(std::move(wide));
  }
}

Result<void> write_window(const FrozenWindow& window, Writer& writer) {
  CheckpointFrame frame;
  for (const auto& segment : window.table.segments) {
    CheckpointWindow& out = *frame.mutable_window();
    out.set_window_start_ms(to_ms(window.window_start));
    for (const WindowEntry& entry : *segment) add_entry(entry, out);
    if (static_cast<std::size_t>(out.max_amplitude_size()) >= kFrameEntries) {
      TEMBLOR_TRY(writer.write(frame));
      frame.mutable_window()->Clear();
    }
  }
  if (frame.window().max_amplitude_size() == 0) return {};
  return writer.write(frame);
}

Result<void> write_results(const WindowResults& results, Writer& writer) {
  CheckpointFrame frame;
  for (std::size_t begin = 0; begin < results.rows.size(); begin += kFrameEntries) {
    CheckpointResults& out = *frame.mutable_results();
    out.Clear();
    out.set_window_start_ms(to_ms(results.window_start));
    out.set_window_end_ms(to_ms(results.window_end));
    const std::size_t end = std::min(results.rows.size(), begin + kFrameEntries);
    for (std::size_t i = begin; i < end; ++i) {
      const ResultRow& row = results.rows[i];
      out.mutable_sensor_ids()->append(row.sensor_id);
      out.add_sensor_id_bytes(static_cast<std::uint32_t>(row.sensor_id.size()));
      out.add_avg_amplitude(row.avg_amplitude);
      out.add_max_amplitude(row.max_amplitude);
      out.add_min_amplitude(row.min_amplitude);
      out.add_p_phase_count(row.p_phase_count);
      out.add_s_phase_count(row.s_phase_count);
      out.add_n_phase_count(row.n_phase_count);
    }
    TEMBLOR_TRY(writer.write(frame));
  }
  return {};
}

Result<void> write_letters(std::string_view letters, bool late, Writer& writer) {
  for (std::size_t begin = 0; begin < letters.size(); begin += kFrameLetterBytes) {
    CheckpointFrame frame;
    const std::string_view part = letters.substr(begin, kFrameLetterBytes);
    (late ? *frame.mutable_letters()->mutable_late() : *frame.mutable_letters()->mutable_dead()).assign(part);
    TEMBLOR_TRY(writer.write(frame));
  }
  return {};
}

}  // namespace

void append_frame(const CheckpointFrame& frame, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + kFrameHeadBytes);
  frame.AppendToString(&out);
  const std::size_t length = out.size() - start - kFrameHeadBytes;
  const FrameHead head{.length = static_cast<std::uint32_t>(length),
                       .checksum = XXH3_64bits(out.data() + start + kFrameHeadBytes, length)};
  put_frame_head(head, out.data() + start);
}

Result<void> write_checkpoint(const Checkpoint& checkpoint, OutputFile& file) {
  TEMBLOR_TRY(file.append(kCheckpointMagic));
  Writer writer(file);
  CheckpointFrame header;
  fill(checkpoint.facts, *header.mutable_header());
  TEMBLOR_TRY(writer.write(header));
  for (const SplitCheckpoint& split : checkpoint.splits) {
    CheckpointFrame frame;
    CheckpointSplit& out = *frame.mutable_split();
    out.set_id(split.id);
    out.set_offset(split.offset);
    out.set_state(split.state);
    out.set_highest_ms(to_ms(split.highest));
    out.set_ended(split.ended);
    TEMBLOR_TRY(writer.write(frame));
  }
  for (const SinkCheckpoint& sink : checkpoint.sinks) {
    CheckpointFrame frame;
    frame.mutable_sink()->set_uri(sink.uri);
    frame.mutable_sink()->set_prepared(sink.prepared);
    TEMBLOR_TRY(writer.write(frame));
  }
  for (const FrozenWindow& window : checkpoint.windows.windows) TEMBLOR_TRY(write_window(window, writer));
  for (const WindowResults& results : checkpoint.results) TEMBLOR_TRY(write_results(results, writer));
  TEMBLOR_TRY(write_letters(checkpoint.late_letters, true, writer));
  TEMBLOR_TRY(write_letters(checkpoint.dead_letters, false, writer));
  CheckpointFrame footer;
  footer.mutable_footer()->set_frames(writer.frames());
  return writer.write(footer);
}

}  // namespace temblor
