#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace temblor {

/// A file that grows at its end, exactly once. What is prepared is the length up to which it is committed; committing
/// (again) cuts the file back to that and appends, so that a commit which a crash tore or doubled leaves no trace.
/// One thread at a time.
class AppendLog {
 public:
  /// Touches nothing yet.
  AppendLog(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  /// Makes the file and its directories where they are missing. With `prepared` (from prepare()) it is cut back to
  /// that; without, what is in the file stays and is appended to. A file shorter than prepared is an error.
  Result<void> open(const std::string* prepared);

  /// Appends `bytes`, visible at once but not yet lasting.
  Result<void> append(std::string_view bytes);

  /// Makes what was appended lasting; another thread may be appending more.
  [[nodiscard]] Result<void> sync_beside() const { return files_.sync_file_system(directory_of(path_)); }

  /// What cut_back and commit need to know. Nothing may have been appended and not synced.
  [[nodiscard]] std::string prepare() const { return std::to_string(length_); }

  /// Cuts the file back to `prepared`, where it is longer. Then append and sync make up a commit in pieces.
  Result<void> cut_back(std::string_view prepared);
  Result<void> sync();

  /// Makes `bytes` follow the prepared length, whatever followed it before, lastingly.
  Result<void> commit(std::string_view prepared, std::string_view bytes);

 private:
  Result<void> reopen();
  [[nodiscard]] Result<void> check_open() const;

  FileSystem& files_;
  std::string path_;
  std::unique_ptr<OutputFile> file_;  ///< none before open, nor after an error: what the file holds is then unknown
  std::uint64_t length_ = 0;          ///< of the file, as far as it went well
};

}  // namespace temblor
