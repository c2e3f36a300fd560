#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/durations.h"
#include "base/limits.h"
#include "checkpoint/checkpoint_format.h"
#include "checkpoint/frame.h"
#include "proto/checkpoint.pb.h"

namespace temblor {

using v1::CheckpointCounts;
using v1::CheckpointFrame;
using v1::CheckpointHeader;
using v1::CheckpointResults;
using v1::CheckpointWindow;
namespace {

/// Whether arithmetic with a time is safe: nothing that a job meets, the start or end of a window around it, or a
/// watermark, which lies before the highest timestamp by as much as readings may come out of order.
bool is_time(std::int64_t ms) {
  const Timestamp t = timestamp_from_ms(ms);
  return t == kBeforeAll || (t >= kEarliest - kLongestDuration - kLongestWindow && t <= kLatest + kLongestWindow);
}

/// Reads frames one by one and puts what they hold into its place. Checksums have found accidents before anything
/// here looks at the content; that content still may be anything (a file made by hand), and is checked as it is used.
class Reader {
 public:
  Reader(InputFile& file, std::string name, const WindowRestorer& restore)
      : file_(file), name_(std::move(name)), restore_(restore) {}

  Result<RestoredCheckpoint> read() {
    std::string magic(kCheckpointMagic.size(), '\0');
    TEMBLOR_ASSIGN(const bool whole, fill(magic));
    if (!whole || magic != kCheckpointMagic) return damaged("does not begin as a checkpoint does");
    while (!ended_) {
      TEMBLOR_TRY(read_frame());
      TEMBLOR_TRY(take(frame_));
      ++frames_;
    }
    char beyond = 0;
    TEMBLOR_ASSIGN(const std::size_t more, file_.read(std::span(&beyond, 1)));
    if (more != 0) return damaged("goes on behind its end");
    return std::move(restored_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> damaged(const std::string& what) const {
    return world_error(name_, "is no whole checkpoint: it " + what);
  }

  /// Fills `into` from the file; false where the file ends before.
  Result<bool> fill(std::string& into) {
    std::size_t got = 0;
    while (got < into.size()) {
      TEMBLOR_ASSIGN(const std::size_t n, file_.read(std::span(into.data() + got, into.size() - got)));
      if (n == 0) return false;
      got += n;
    }
    return true;
  }

  Result<void> read_frame() {
    std::string head_bytes(kFrameHeadBytes, '\0');
    TEMBLOR_ASSIGN(const bool has_head, fill(head_bytes));
    if (!has_head) return damaged("ends after " + std::to_string(frames_) + " frames");
    const FrameHead head = get_frame_head(head_bytes.data());
    if (head.length > kLongestFrame) return damaged("has a frame of an impossible length");
    // Grown as the bytes come, so that a lying length in a short file takes no memory.
    bytes_.clear();
    while (bytes_.size() < head.length) {
      std::string part(std::min<std::size_t>(head.length - bytes_.size(), std::size_t{1} << 20), '\0');
      TEMBLOR_ASSIGN(const bool whole, fill(part));
      if (!whole) return damaged("ends inside frame " + std::to_string(frames_));
      bytes_ += part;
    }
    if (XXH3_64bits(bytes_.data(), bytes_.size()) != head.checksum) {
      return damaged("has a wrong checksum in frame " + std::to_string(frames_));
    }
    if (!frame_.ParseFromString(bytes_)) return damaged("has an unreadable frame " + std::to_string(frames_));
    return {};
  }

  Result<void> take(const CheckpointFrame& frame) {
    if ((frames_ == 0) != frame.has_header()) return damaged("has its header in the wrong place");
    switch (frame.content_case()) {
      case CheckpointFrame::kHeader:
        return take(frame.header());
      case CheckpointFrame::kSplit:
        if (!is_time(frame.split().highest_ms())) return damaged("has a split at an impossible time");
        restored_.splits.push_back({.id = frame.split().id(),
                                    .offset = frame.split().offset(),
                                    .state = frame.split().state(),
                                    .highest = timestamp_from_ms(frame.split().highest_ms()),
                                    .ended = frame.split().ended()});
        return {};
      case CheckpointFrame::kWindow:
        return take(frame.window());
      case CheckpointFrame::kResults:
        return take(frame.results());
      case CheckpointFrame::kSink:
        restored_.sinks.push_back({.uri = frame.sink().uri(), .prepared = frame.sink().prepared()});
        return {};
      case CheckpointFrame::kLetters:
        restored_.late_letters += frame.letters().late();
        restored_.dead_letters += frame.letters().dead();
        return {};
      case CheckpointFrame::kFooter:
        if (frame.footer().frames() != frames_) return damaged("lacks frames");
        ended_ = true;
        return {};
      case CheckpointFrame::CONTENT_NOT_SET:
        break;
    }
    return damaged("has a frame of an unknown kind");
  }

  Result<void> take(const CheckpointHeader& header) {
    if (header.format_version() == 0 || header.format_version() > kCheckpointFormat) {
      return user_error(name_, "has the format version " + std::to_string(header.format_version()),
                        "this program reads up to " + std::to_string(kCheckpointFormat) + ": use a newer one");
    }
    const std::int64_t reference_ms = header.has_reference_ms() ? header.reference_ms() : header.job_start_ms();
    if (!is_time(header.job_start_ms()) || !is_time(reference_ms) || !is_time(header.closed_through_ms()) ||
        !is_time(header.last_stamp_ms())) {
      return damaged("has an impossible time");
    }
    CheckpointFacts& facts = restored_.facts;
    facts.id = header.id();
    facts.created = timestamp_from_ms(header.created_ms());
    for (const auto& [key, value] : header.settings()) facts.settings[key] = value;
    facts.job_start = timestamp_from_ms(header.job_start_ms());
    facts.reference = timestamp_from_ms(reference_ms);
    facts.closed_through = timestamp_from_ms(header.closed_through_ms());
    facts.last_stamp = timestamp_from_ms(header.last_stamp_ms());
    facts.seconds = header.seconds();
    facts.restarts = header.restarts();
    facts.finished = header.finished();
    const CheckpointCounts& counts = header.counts();
    facts.counts.records_read = counts.records_read();
    facts.counts.records_accepted = counts.records_accepted();
    for (std::size_t i = 0; i < kRejections; ++i) {
      const auto found = counts.dropped().find(std::string(kRejectionNames[i]));
      if (found != counts.dropped().end()) facts.counts.dropped[i] = found->second;
    }
    facts.counts.late = counts.late();
    facts.counts.windows_emitted = counts.windows_emitted();
    facts.counts.results_emitted = counts.results_emitted();
    facts.counts.gaps = counts.gaps();
    return {};
  }

  template <class Lengths>
  static bool ids_fit(const std::string& ids, const Lengths& lengths) {
    return std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0}) == ids.size() &&
           std::all_of(lengths.begin(), lengths.end(),
                       [](std::uint32_t length) { return length <= limits::kSensorIdBytes; });
  }

  Result<void> take(const CheckpointWindow& window) {
    const int size = window.sensor_id_bytes_size();
    const int columns[] = {window.sum_low_size(),       window.sum_high_size(),      window.max_amplitude_size(),
                           window.min_amplitude_size(), window.p_phase_count_size(), window.s_phase_count_size(),
                           window.n_phase_count_size()};
    const bool even = std::all_of(std::begin(columns), std::end(columns), [&](int column) { return column == size; });
    if (!even || !ids_fit(window.sensor_ids(), window.sensor_id_bytes()) || !is_time(window.window_start_ms()) ||
        window.wide_index_size() != window.wide_sum_size()) {
      return damaged("has a window that is not whole");
    }
    std::size_t id_at = 0;
    int wide_at = 0;
    for (int i = 0; i < size; ++i) {
      const std::string_view id(window.sensor_ids().data() + id_at, window.sensor_id_bytes(i));
      id_at += id.size();
      std::string_view wide;
      if (wide_at < window.wide_index_size() && window.wide_index(wide_at) == static_cast<std::uint32_t>(i)) {
        wide = window.wide_sum(wide_at++);
      }
      ExactSum sum;
      const auto narrow = static_cast<Int128>(static_cast<UInt128>(window.sum_high(i)) << 64U | window.sum_low(i));
      const std::array<std::uint32_t, 3> phases = {window.p_phase_count(i), window.s_phase_count(i),
                                                   window.n_phase_count(i)};
      const std::uint64_t count = std::uint64_t{phases[0]} + phases[1] + phases[2];
      const bool counted = count != 0 && count <= std::numeric_limits<std::uint32_t>::max();
      if (!counted || !sum.restore(narrow, wide)) return damaged("has a sensor whose sum is none");
      if (restore_) {
        restore_(timestamp_from_ms(window.window_start_ms()), id,
                 Aggregate(std::move(sum), window.max_amplitude(i), window.min_amplitude(i), phases));
      }
    }
    return {};
  }

  Result<void> take(const CheckpointResults& results) {
    const int size = results.sensor_id_bytes_size();
    const int columns[] = {results.avg_amplitude_size(), results.max_amplitude_size(), results.min_amplitude_size(),
                           results.p_phase_count_size(), results.s_phase_count_size(), results.n_phase_count_size()};
    const bool even = std::all_of(std::begin(columns), std::end(columns), [&](int column) { return column == size; });
    if (!even || !ids_fit(results.sensor_ids(), results.sensor_id_bytes()) || !is_time(results.window_start_ms()) ||
        !is_time(results.window_end_ms())) {
      return damaged("has results that are not whole");
    }
    const Timestamp start = timestamp_from_ms(results.window_start_ms());
    if (restored_.results.empty() || restored_.results.back().window_start != start) {
      WindowResults window;
      window.window_start = start;
      window.window_end = timestamp_from_ms(results.window_end_ms());
      restored_.results.push_back(std::move(window));
    }
    WindowResults& window = restored_.results.back();
    const auto ids = std::make_shared<const std::string>(results.sensor_ids());
    window.ids.push_back(ids);
    std::size_t id_at = 0;
    for (int i = 0; i < size; ++i) {
      window.rows.push_back({.sensor_id = std::string_view(*ids).substr(id_at, results.sensor_id_bytes(i)),
                             .avg_amplitude = results.avg_amplitude(i),
                             .max_amplitude = results.max_amplitude(i),
                             .min_amplitude = results.min_amplitude(i),
                             .p_phase_count = results.p_phase_count(i),
                             .s_phase_count = results.s_phase_count(i),
                             .n_phase_count = results.n_phase_count(i)});
      id_at += results.sensor_id_bytes(i);
    }
    return {};
  }

  InputFile& file_;
  std::string name_;
  const WindowRestorer& restore_;
  RestoredCheckpoint restored_;
  CheckpointFrame frame_;
  std::string bytes_;
  std::uint64_t frames_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<RestoredCheckpoint> read_checkpoint(InputFile& file, const std::string& name, const WindowRestorer& restore) {
  return Reader(file, name, restore).read();
}

}  // namespace temblor
