#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace temblor {

/// A file being read, front to back. One thread at a time.
class InputFile {
 public:
  virtual ~InputFile() = default;

  /// Reads up to `into.size()` bytes at the current position; 0 is the end as it is now (a file may grow later). Waits
  /// for who writes to a pipe.
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  /// Waits for at most `patience` until read() would answer at once; false if it would not. Only a terminal or a pipe
  /// ever makes one wait, such as standard input.
  virtual Result<bool> wait(Milliseconds patience) {
    static_cast<void>(patience);
    return true;
  }
};

/// A file being written at its end. One thread at a time. Closing happens with the object; what was not synced may
/// be lost with the machine's power.
class OutputFile {
 public:
  virtual ~OutputFile() = default;

  /// Appends all of `bytes`; after an error any part of them may have been written.
  virtual Result<void> append(std::string_view bytes) = 0;

  /// Returns once everything that was appended is on stable storage; at once where there is none (a pipe). After an
  /// error the file must not be trusted, nor synced again: the kernel may have thrown the unwritten pages away.
  virtual Result<void> sync() = 0;
};

/// Held for as long as it lives: nobody else, in this process or another, gets the same lock.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The only place that touches files. Its twin in memory (testing/memory_file_system.h) and the wrapper that injects
/// faults (testing/faulty_file_system.h) pass the same contract suite. All methods may be called from any thread;
/// paths are as the operating system knows them. Errors name the path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Opens an existing file for reading, `offset` bytes from its start (which may be its end). Does not wait for who
  /// writes to a pipe; but who does begins with it, and sees it broken once this is closed.
  virtual Result<std::unique_ptr<InputFile>> open_read(const std::string& path, std::uint64_t offset) = 0;
  /// Makes a new, empty file, or empties the one that is there.
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& path) = 0;
  /// Opens a file for appending, made if it does not exist.
  virtual Result<std::unique_ptr<OutputFile>> open_append(const std::string& path) = 0;

  /// Cuts a file to `size` bytes, and syncs it. A shorter file is an error, and left as it is.
  virtual Result<void> truncate(const std::string& path, std::uint64_t size) = 0;
  /// Lets a file be run as a program, by everybody who may read it.
  virtual Result<void> make_executable(const std::string& path) = 0;
  /// Gives `to` the permissions of `from`, and its owner as far as this process may.
  virtual Result<void> copy_permissions(const std::string& from, const std::string& to) {
    static_cast<void>(from), static_cast<void>(to);
    return {};
  }
  /// Moves a file, replacing what was at `to`, as one step; it is lasting only after sync_directory.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file; that there is none is no error.
  virtual Result<void> remove(const std::string& path) = 0;
  /// Makes a directory and those above it where they are missing, each lasting; also one that was there already.
  virtual Result<void> create_directories(const std::string& path) = 0;
  /// Makes creations, renames and removals in a directory lasting.
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// Makes everything lasting that anybody has written to the file system which a directory belongs to, bytes and
  /// names: for many files, of which none need be open.
  virtual Result<void> sync_file_system(const std::string& directory) = 0;

  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  /// Whether it is a file that can be replaced by another: no pipe, no device.
  [[nodiscard]] virtual bool is_regular_file(const std::string& path) { return exists(path); }
  /// The one way to write the path of a file, however it was written: absolute, without `.`, `..` and links, as far as
  /// it exists.
  [[nodiscard]] virtual std::string canonical(const std::string& path) = 0;
  /// Whether this process may read a file; without opening it.
  [[nodiscard]] virtual bool is_readable(const std::string& path) { return exists(path); }
  /// Whether this process may change the bytes of a file, or the names in a directory; false for what is not there.
  [[nodiscard]] virtual bool is_writable(const std::string& path) { return exists(path); }
  [[nodiscard]] virtual Result<std::uint64_t> size(const std::string& path) = 0;
  /// Names (without the directory) of all entries, sorted; no `.` and `..`.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  /// Paths of the files that match a shell pattern (`*`, `?`, `[…]`), sorted; none is an empty answer, not an error.
  [[nodiscard]] virtual Result<std::vector<std::string>> glob(const std::string& pattern) = 0;
  /// Takes the lock file at `path` (made if missing), or says at once that somebody else holds it. The holder may
  /// remove the file: who takes the lock after that makes a new one.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;

  /// Standard input and output of the process; cannot be rewound, renamed or cut.
  virtual std::unique_ptr<InputFile> standard_input() = 0;
  virtual std::unique_ptr<OutputFile> standard_output() = 0;
};

/// The file system of the machine (POSIX).
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<InputFile>> open_read(const std::string& path, std::uint64_t offset) override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path) override;
  Result<std::unique_ptr<OutputFile>> open_append(const std::string& path) override;
  Result<void> truncate(const std::string& path, std::uint64_t size) override;
  Result<void> make_executable(const std::string& path) override;
  Result<void> copy_permissions(const std::string& from, const std::string& to) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> create_directories(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<void> sync_file_system(const std::string& directory) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] bool is_regular_file(const std::string& path) override;
  [[nodiscard]] std::string canonical(const std::string& path) override;
  [[nodiscard]] bool is_readable(const std::string& path) override;
  [[nodiscard]] bool is_writable(const std::string& path) override;
  [[nodiscard]] Result<std::uint64_t> size(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& directory) override;
  [[nodiscard]] Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  std::unique_ptr<InputFile> standard_input() override;
  std::unique_ptr<OutputFile> standard_output() override;
};

/// Whether lock() failed with this because somebody else holds the lock.
bool is_held(const Error& error);

/// Reads a whole file of at most `limit` bytes.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit);

/// Replaces `path` with `bytes` as one lasting step: written beside it, synced, renamed, the directory synced. A link
/// stays one, and what it leads to is replaced; permissions and owner stay.
/// `path` must have a directory part or lie in the current directory.
Result<void> replace_file(FileSystem& files, const std::string& path, std::string_view bytes);

/// The directory part of a path; `.` where there is none.
std::string directory_of(const std::string& path);

}  // namespace temblor
