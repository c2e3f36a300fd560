#pragma once

#include <array>
#include <cstdint>
#include <span>
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
#include "schema/serializer.h"

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
  /// What is left of a record between the cleaner and the combiner.
  struct Accepted {
    SensorKey sensor;
    std::uint64_t hash;
    std::uint64_t key;
    Timestamp time;
    Timestamp window_start;
    float amplitude;
    std::uint32_t place;  // of the record in its group
    Phase phase;
  };
  /// So many records are decoded before the first is combined: their look-ups wait for memory together.
  static constexpr std::size_t kGroup = 32;

  /// Takes the messages or readings of a batch through the chain.
  template <class Item>
  void take(std::span<const Item> items, Counts& counts, Letters& letters);
  /// Takes one that is not known to be whole and good; whether `accepted` is set.
  template <class Item>
  bool take_carefully(const Item& item, std::uint32_t place, Accepted& accepted, Counts& counts, Letters& letters);
  void accept(const Record& record, std::uint32_t place, Accepted& accepted);
  template <class Item>
  void combine(std::span<const Item> group, std::span<const Accepted> accepted, Counts& counts, Letters& letters);
  /// Of `letter` where it was, when, and its bytes; the rest is added.
  void reject(Rejection reason, Letter letter, const Record* record, Counts& counts, Letters& letters);
  void write_letter(Letter letter, const Record* record, std::string& out);

  Settings settings_;
  SplitId split_;
  WindowOperator& windows_;
  Cleaner cleaner_;
  WindowAssigner assigner_;
  SplitWatermark watermark_;
  Combiner combiner_;
  bool event_time_;
  Timestamp stamp_{};
  std::array<Accepted, kGroup> group_{};
  Offset first_held_ = 0;  // the offsets that the combiner's partials come from
  Offset last_held_ = 0;
  std::size_t held_ = 0;  // readings that the combiner's partials are of
  std::vector<RefusedPartial> refused_;
  std::string payload_;
  std::string letter_;
};

}  // namespace temblor
