#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "connectors/source.h"
#include "operators/cleaner.h"
#include "operators/combiner.h"
#include "operators/split_watermark.h"
#include "operators/window_assigner.h"
#include "operators/window_operator.h"
#include "pipeline/letters.h"
#include "schema/counts.h"
#include "schema/deserializer.h"

namespace temblor {

/// The way of a split's records: deserialize, clean, combine; and from the combiner into the windows. One for each
/// split; one thread at a time. It holds partial aggregates only between two flushes, so that a barrier after a
/// flush finds nothing to save but the split's position and its highest timestamp.
class OperatorChain {
 public:
  struct Settings {
    TimeMode time_mode = TimeMode::kEvent;
    Milliseconds window{1000};
    Milliseconds out_of_orderness{1000};
    Milliseconds max_ahead{60000};
    AmplitudeRange amplitudes = kRecordAmplitudes;
    bool keep_late = false;  ///< write a letter for each late reading
    bool keep_dead = false;  ///< write a letter for each dropped reading
    std::uint64_t hash_seed = 0;
  };

  /// `windows` outlives the chain. `highest` is the split's highest accepted timestamp so far, or kBeforeAll.
  OperatorChain(const Settings& settings, SplitId split, WindowOperator& windows, Timestamp highest);

  /// Takes a batch through the chain. `stamp` is the time of all its readings in processing time; unused otherwise.
  /// What happened is added to `counts`, letters to `letters`.
  void process(const SourceBatch& batch, Timestamp stamp, Counts& counts, Letters& letters);

  /// Gives up all partial aggregates to the windows: before a barrier, and before a watermark is passed on.
  void flush(Counts& counts, Letters& letters);

  /// Everything before this is complete as far as this split goes (event time).
  [[nodiscard]] Timestamp boundary() const { return watermark_.boundary(); }
  /// The highest accepted timestamp (event time), for the checkpoint.
  [[nodiscard]] Timestamp highest() const { return watermark_.highest(); }

 private:
  /// A record on its way from the cleaner to the combiner.
  struct Accepted {
    Record record;
    SensorKey sensor;
    Offset offset;
    std::uint64_t hash;
    std::uint64_t key;
    Timestamp time;
    Timestamp window_start;
  };
  /// So many records are decoded before the first is combined: their look-ups wait for memory together.
  static constexpr std::size_t kGroup = 32;

  void accept(const Record& record, Offset offset, std::string_view bytes, Counts& counts, Letters& letters);
  void combine_group(Counts& counts, Letters& letters);
  void reject(Rejection reason, Offset offset, Offset end_offset, std::int64_t time_ms, std::string_view bytes,
              const Record* record, Counts& counts, Letters& letters);
  void write_letter(std::string_view reason, Offset offset, Offset end_offset, std::int64_t time_ms,
                    std::string_view bytes, const Record* record, std::int64_t count, std::string& out);

  Settings settings_;
  SplitId split_;
  WindowOperator& windows_;
  Cleaner cleaner_;
  WindowAssigner assigner_;
  SplitWatermark watermark_;
  Combiner combiner_;
  bool event_time_;
  Timestamp stamp_{};
  bool log_records_ = false;
  std::size_t group_size_ = 0;
  std::array<Accepted, kGroup> group_{};
  std::array<std::string_view, kGroup> group_bytes_{};
  Offset first_held_ = 0;  // the offsets that the combiner's partials come from
  Offset last_held_ = 0;
  std::size_t held_ = 0;  // readings that the combiner's partials are of
  std::vector<RefusedPartial> refused_;
  std::string payload_;
  std::string letter_;
};

}  // namespace temblor
