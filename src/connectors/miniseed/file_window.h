#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace temblor::miniseed {

/// Shows a part of a file as bytes in memory, from a place that moves forward. Holds the file open only between
/// open and rest: there may be tens of thousands of windows. One thread at a time.
class FileWindow {
 public:
  /// `chunk` bytes or more are read at once. Nothing is opened yet.
  FileWindow(FileSystem& files, std::size_t chunk) : files_(files), chunk_(chunk) {}

  /// Moves to a place in a file.
  void open(const std::string& path, std::uint64_t offset);

  /// All bytes at hand from the place on: at least `want` of them, or fewer at the end of the file. They live until
  /// the next call of view, open or close, with record.h's kReadableBehind readable bytes behind them.
  Result<std::string_view> view(std::size_t want);

  /// Moves the place forward, within what the last view showed.
  void advance(std::size_t bytes) { begin_ += bytes; }

  [[nodiscard]] std::uint64_t offset() const { return base_ + begin_; }

  /// Closes the file until more of it is needed.
  void rest() { file_.reset(); }

  /// Gives back the memory too.
  void close();

 private:
  FileSystem& files_;
  std::size_t chunk_;
  std::string path_;
  std::unique_ptr<InputFile> file_;
  std::vector<char> buffer_;
  std::uint64_t base_ = 0;  // where in the file the buffer begins
  std::size_t begin_ = 0;   // the place, in the buffer
  std::size_t end_ = 0;     // of the bytes in the buffer
};

}  // namespace temblor::miniseed
