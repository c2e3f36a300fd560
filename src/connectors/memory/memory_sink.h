#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/sink.h"

namespace temblor {

/// What sinks in memory made visible. It outlives them, as a file does its writers, so that a restarted job finds it
/// again. Any thread may look.
class MemoryOutput {
 public:
  /// Everything that is visible, in order: a line `sensor start end avg max min P S N` for each result, or a letter's
  /// bytes. A test compares them as they are.
  [[nodiscard]] std::vector<std::string> visible() const;

  /// Where a sink was not used as its contract says, or a commit was repeated with other results than before.
  [[nodiscard]] std::vector<std::string> violations() const;

 private:
  friend class MemoryLog;
  mutable std::mutex mutex_;
  std::vector<std::string> visible_;
  std::vector<std::string> seen_;  ///< the longest that was ever visible: what comes again must be the same
  std::vector<std::string> violations_;
};

/// The two ways of delivering, over a MemoryOutput.
class MemoryLog {
 public:
  explicit MemoryLog(std::shared_ptr<MemoryOutput> output) : output_(std::move(output)) {}

  Result<void> open(const std::string* prepared);
  Result<void> append(std::vector<std::string> entries);
  Result<std::string> prepare();
  Result<void> commit(std::string_view prepared, std::vector<std::string> entries);

 private:
  Result<void> cut_back(std::string_view prepared);
  void violate(std::string what);

  std::shared_ptr<MemoryOutput> output_;
  bool open_ = false;
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(std::shared_ptr<MemoryOutput> output) : log_(std::move(output)) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(const WindowResults& results) override;
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;

 private:
  MemoryLog log_;
};

class MemoryLetterSink final : public LetterSink {
 public:
  explicit MemoryLetterSink(std::shared_ptr<MemoryOutput> output) : log_(std::move(output)) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(std::string_view letters) override;
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::string_view letters) override;

 private:
  MemoryLog log_;
};

}  // namespace temblor
