#include "pipeline/checkpoint_coordinator.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace temblor {
namespace {

constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{100};  // doubles each time

}  // namespace

Result<void> CheckpointCoordinator::take(const std::function<std::optional<Checkpoint>()>& capture) {
  const auto began = clock_.monotonic();
  std::optional<Checkpoint> capturing = capture();
  if (!capturing) return {};
  Checkpoint& checkpoint = *capturing;
  const auto captured = clock_.monotonic();
  checkpoint.facts.id = last_id_ + 1;
  checkpoint.facts.created = clock_.now();
  TEMBLOR_ASSIGN(checkpoint.sinks, delivery_.prepare());
  TEMBLOR_TRY(with_patience(checkpoint.facts.id, [&] { return store_->commit(checkpoint); }));
  last_id_ = checkpoint.facts.id;
  TEMBLOR_TRY(commit(checkpoint));
  const auto milliseconds = [](std::chrono::nanoseconds span) {
    return std::chrono::duration<double, std::milli>(span).count();
  };
  spdlog::debug("checkpoint {}: readers stood still for {:.1f} ms, written and committed in {:.1f} ms",
                checkpoint.facts.id, milliseconds(captured - began), milliseconds(clock_.monotonic() - captured));
  return {};
}

Result<void> CheckpointCoordinator::with_patience(std::uint64_t id, const std::function<Result<void>()>& step) {
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    auto done = step();
    if (done || attempt == kAttempts) return done;
    spdlog::warn("checkpoint {}: {}; trying again", id, done.error().to_line());
    clock_.sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace temblor
