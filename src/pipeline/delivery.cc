#include "pipeline/delivery.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"

namespace temblor {
namespace {

// A URI may stand for a sink and for letters only where it is null:, of which there may be many: a name tells them
// apart.
std::string late_name(const NamedLetterSink& sink) { return "late:" + sink.uri; }
std::string dead_name(const NamedLetterSink& sink) { return "dead:" + sink.uri; }

const std::string* find(const std::vector<SinkCheckpoint>& sinks, const std::string& uri) {
  const auto found = std::find_if(sinks.begin(), sinks.end(), [&](const auto& sink) { return sink.uri == uri; });
  return found == sinks.end() ? nullptr : &found->prepared;
}

}  // namespace

Delivery::Delivery(Job& job, bool at_once)
    : sinks_(std::move(job.sinks)),
      late_sink_(std::move(job.late_sink)),
      dead_sink_(std::move(job.dead_letter_sink)),
      at_once_(at_once) {
  // What cannot be taken back goes out once the rest is there.
  std::stable_partition(sinks_.begin(), sinks_.end(), [](const NamedSink& sink) { return sink.sink->lasting(); });
}

Result<void> Delivery::open(const RestoredCheckpoint* restored) {
  const auto prepared = [&](const std::string& uri) {
    // What left at once was never part of a checkpoint's promise.
    return restored == nullptr || at_once_ ? nullptr : find(restored->sinks, uri);
  };
  for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(sink->open(prepared(uri)));
  if (late_sink_) TEMBLOR_TRY(late_sink_->sink->open(prepared(late_name(*late_sink_))));
  if (dead_sink_) TEMBLOR_TRY(dead_sink_->sink->open(prepared(dead_name(*dead_sink_))));
  return {};
}

Result<void> Delivery::emit(std::vector<WindowResults> results) {
  const std::scoped_lock lock(mutex_);
  for (WindowResults& window : results) {
    ++windows_;
    rows_ += window.rows.size();
    if (at_once_) {
      for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(sink->write(window));
    } else {
      pending_rows_ += window.rows.size();
      pending_.results.push_back(std::move(window));
    }
  }
  if (pending_rows_ > limits::kPendingResults) crowded_.store(true, std::memory_order_relaxed);
  return {};
}

Result<void> Delivery::post(Letters& letters) {
  if (letters.empty()) return {};
  const std::scoped_lock lock(mutex_);
  if (at_once_) {
    if (late_sink_ && !letters.late.empty()) TEMBLOR_TRY(late_sink_->sink->write(letters.late));
    if (dead_sink_ && !letters.dead.empty()) TEMBLOR_TRY(dead_sink_->sink->write(letters.dead));
  } else {
    pending_.letters.append(letters);
    if (pending_.letters.bytes() > limits::kPendingLetterBytes) crowded_.store(true, std::memory_order_relaxed);
  }
  letters.clear();
  return {};
}

Pending Delivery::take() {
  const std::scoped_lock lock(mutex_);
  pending_rows_ = 0;
  crowded_.store(false, std::memory_order_relaxed);
  return std::exchange(pending_, {});
}

Result<std::vector<SinkCheckpoint>> Delivery::prepare() {
  std::vector<SinkCheckpoint> prepared;
  if (at_once_) {
    // What left before this checkpoint will not be read again: it must outlive a power cut before the checkpoint does.
    for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(sink->sync());
    if (late_sink_) TEMBLOR_TRY(late_sink_->sink->sync());
    if (dead_sink_) TEMBLOR_TRY(dead_sink_->sink->sync());
    return prepared;
  }
  const auto add = [&](const std::string& name, auto& sink) -> Result<void> {
    TEMBLOR_ASSIGN(auto state, sink.prepare());
    prepared.push_back({.uri = name, .prepared = std::move(state)});
    return {};
  };
  for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(add(uri, *sink));
  if (late_sink_) TEMBLOR_TRY(add(late_name(*late_sink_), *late_sink_->sink));
  if (dead_sink_) TEMBLOR_TRY(add(dead_name(*dead_sink_), *dead_sink_->sink));
  return prepared;
}

Result<void> Delivery::commit(const std::vector<SinkCheckpoint>& prepared, const std::vector<WindowResults>& results,
                              const std::string& late, const std::string& dead) {
  if (at_once_) return {};
  std::size_t output = 0;
  const auto commit_one = [&](const std::string& name, auto& sink, const auto& what) -> Result<void> {
    // One that the checkpoint does not know (a console that was added since) has nothing to commit from it.
    const std::string* state = find(prepared, name);
    if (output++ < committed_ || state == nullptr) return {};
    TEMBLOR_TRY(sink.commit(*state, what));
    committed_ = output;
    return {};
  };
  for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(commit_one(uri, *sink, results));
  if (late_sink_) TEMBLOR_TRY(commit_one(late_name(*late_sink_), *late_sink_->sink, late));
  if (dead_sink_) TEMBLOR_TRY(commit_one(dead_name(*dead_sink_), *dead_sink_->sink, dead));
  committed_ = 0;
  return {};
}

Result<void> Delivery::close() {
  for (auto& [uri, sink] : sinks_) TEMBLOR_TRY(sink->close());
  if (late_sink_) TEMBLOR_TRY(late_sink_->sink->close());
  if (dead_sink_) TEMBLOR_TRY(dead_sink_->sink->close());
  return {};
}

std::pair<std::uint64_t, std::uint64_t> Delivery::emitted() const {
  const std::scoped_lock lock(mutex_);
  return {windows_, rows_};
}

}  // namespace temblor
