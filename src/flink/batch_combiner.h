#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "flink/record_batch.h"
#include "operators/combiner.h"
#include "operators/split_watermark.h"
#include "operators/window_assigner.h"

namespace temblor::flink {

/// Turns the batches of all splits of one task into few partial aggregates. It holds them across batches and must be
/// drained before a barrier and before a watermark is passed on, so that it is no part of any checkpoint. One thread at
/// a time.
class BatchCombiner {
 public:
  struct Settings {
    Milliseconds window{1000};
    Milliseconds out_of_orderness{1000};
    bool event_time = false;
    bool keep_late = false;  ///< letters of late readings are wanted, as of the decoder
  };

  explicit BatchCombiner(const Settings& settings) : settings_(settings), assigner_(settings.window) {}

  struct Added {
    std::uint64_t accepted = 0;
    std::uint64_t late = 0;
  };

  /// Adds a batch. Event time: `highest` is the highest timestamp that was accepted of its split before it, or
  /// kBeforeAll. Processing time: every reading belongs to `stamp`. Where there is no room, partials are given up to
  /// `partials`, as rows (see partial_rows.h); letters of late readings are appended to `late_letters`.
  Added add(const RecordBatch& batch, Timestamp highest, Timestamp stamp, std::string& partials,
            std::string& late_letters);

  /// Gives up all that it holds.
  void drain(std::string& partials);

  /// What it keeps allocated, at most.
  [[nodiscard]] std::size_t memory_bytes() const { return combiner_.memory_bytes() + letter_.capacity(); }

 private:
  void write_late(const RecordBatch& batch, std::size_t row, std::string& late_letters);

  Settings settings_;
  WindowAssigner assigner_;
  Combiner combiner_;
  std::size_t held_ = 0;  ///< readings in the combiner
  std::string letter_;
};

}  // namespace temblor::flink
