#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "checkpoint/checkpoint_store.h"
#include "pipeline/delivery.h"

namespace temblor {

/// Takes checkpoints: captured at a barrier, then, while the workers go on, sinks prepared, written, sinks committed.
/// Used by the coordinator's thread alone.
class CheckpointCoordinator {
 public:
  /// `last_id` is that of the checkpoint which the job was restored from, 0 for none.
  CheckpointCoordinator(std::unique_ptr<CheckpointStore> store, Delivery& delivery, Clock& clock, std::uint64_t last_id)
      : store_(std::move(store)), delivery_(delivery), clock_(clock), last_id_(last_id) {}

  /// `capture` runs at the barrier and fills everything but the id, the time and the sinks; or it answers nothing,
  /// because the last checkpoint says it all. After an error the last checkpoint still stands, and what was captured
  /// comes again when the job is started again.
  Result<void> take(const std::function<std::optional<Checkpoint>()>& capture);

  /// Commits what is pending in a checkpoint that is written: its own (Checkpoint), or the one that the job was
  /// restored from (RestoredCheckpoint).
  template <class AnyCheckpoint>
  Result<void> commit(const AnyCheckpoint& checkpoint) {
    return with_patience(checkpoint.facts.id, [&] {
      return delivery_.commit(checkpoint.sinks, checkpoint.results, checkpoint.late_letters, checkpoint.dead_letters);
    });
  }

 private:
  /// Disks fill up and are cleared, so a step of checkpoint `id` is tried again a few times before the job gives up.
  Result<void> with_patience(std::uint64_t id, const std::function<Result<void>()>& step);

  std::unique_ptr<CheckpointStore> store_;
  Delivery& delivery_;
  Clock& clock_;
  std::uint64_t last_id_;
};

}  // namespace temblor
