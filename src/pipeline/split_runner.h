#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "connectors/source.h"
#include "pipeline/operator_chain.h"

namespace temblor {

/// One split in a job: its reader, its chain, and what is known of it. Belongs to one worker; the coordinator looks
/// at it only while the worker stands still.
struct SplitRunner {
  SplitRunner(SplitId split_id, bool is_bounded, std::unique_ptr<SplitReader> split_reader,
              const OperatorChain::Settings& settings, WindowOperator& windows, Timestamp highest)
      : id(split_id),
        bounded(is_bounded),
        reader(std::move(split_reader)),
        chain(settings, std::move(split_id), windows, highest) {}

  SplitId id;
  bool bounded;
  std::unique_ptr<SplitReader> reader;
  OperatorChain chain;
  bool ended = false;
  bool idle = false;
  /// Since when its source has said that there is nothing more; nothing while it delivers or cannot be asked.
  std::optional<std::chrono::nanoseconds> quiet_since;
  /// The boundary with which it stands in its worker's list; nothing while it holds nobody back.
  std::optional<Timestamp> listed;
  /// What the reader says is left, for the people who watch; -1 where it is not known.
  std::atomic<std::int64_t> pending{-1};

  [[nodiscard]] SplitCheckpoint checkpoint() const {
    const SplitPosition position = reader->position();
    return {.id = id, .offset = position.offset, .state = position.state, .highest = chain.highest(), .ended = ended};
  }
};

}  // namespace temblor
