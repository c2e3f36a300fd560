#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint_format.h"

namespace temblor {

/// A checkpoint with something of everything; `id` is its id and leaves its mark everywhere. `sensors` in each of its
/// two open windows.
Checkpoint sample_checkpoint(std::uint64_t id, int sensors = 3);

/// The open windows of such a checkpoint as text, sorted lines of open_to_text.
std::string sample_windows(std::uint64_t id, int sensors = 3);

/// All of a checkpoint as text, a line for each thing in it, to be compared; its open windows are given as text.
std::string to_text(const Checkpoint& checkpoint, const std::string& windows);
std::string to_text(const RestoredCheckpoint& checkpoint, const std::string& windows);

/// All of sample_checkpoint(id).
std::string sample_text(std::uint64_t id);

/// A line for a sensor of an open window.
std::string open_to_text(Timestamp window_start, std::string_view sensor_id, const Aggregate& aggregate);

/// A file of bytes that are given; they outlive it.
class BytesInput final : public InputFile {
 public:
  explicit BytesInput(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  std::string_view rest_;
};

/// A file that keeps what is written to it.
class BytesOutput final : public OutputFile {
 public:
  Result<void> append(std::string_view appended) override {
    bytes += appended;
    return {};
  }
  Result<void> sync() override { return {}; }

  std::string bytes;
};

/// Reads a checkpoint and says it as text; the error where it has one.
Result<std::string> read_as_text(std::string_view bytes);

}  // namespace temblor
