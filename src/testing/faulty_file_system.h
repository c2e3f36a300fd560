#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace temblor {

/// What goes wrong with one operation on files.
enum class Fault : std::uint8_t {
  kFails,         ///< nothing is done, the operation reports an error; those after it work again
  kFailsHalfway,  ///< as kFails, but an append has written half of its bytes
  kDies,          ///< nothing is done, now or later: every call fails, as after SIGKILL
  kDiesHalfway,   ///< as kDies, but an append has written half of its bytes
};

/// Hands everything through to another file system, counts and names what changes something there (create, open_append,
/// append, sync, truncate, rename, remove, create_directories, sync_directory, sync_file_system), and lets one of them
/// go wrong. A test runs once without a fault, and then again for each step it has counted. All methods may be called
/// from any thread.
class FaultyFileSystem final : public FileSystem {
 public:
  struct Operation {
    std::string name;  ///< of the method of FileSystem or OutputFile
    std::string path;  ///< for rename, the path that is renamed; "standard output" for that
    bool operator==(const Operation&) const = default;
  };

  /// `beneath` outlives this.
  explicit FaultyFileSystem(FileSystem& beneath) : beneath_(beneath) {}

  /// Lets the `nth` operation (from 1, counted since this object was made) go wrong; `error` is an errno value. One
  /// fault at a time: a second call replaces the first.
  void inject(std::uint64_t nth, Fault fault, int error = ENOSPC);

  /// Calls `before` at each operation, in its thread and before it is done, which can so be made slow. To be set before
  /// the first.
  void watch(std::function<void(const Operation&)> before) { before_ = std::move(before); }

  /// Operations that were asked for up to now, those that failed included.
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::vector<Operation> operations() const;

  /// Whether the fault has killed the process.
  [[nodiscard]] bool dead() const;
  /// Whether an error comes from that.
  static bool is_death(const Error& error);

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
  /// False once the process is dead.
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::string canonical(const std::string& path) override { return beneath_.canonical(path); }
  [[nodiscard]] bool is_writable(const std::string& path) override;
  [[nodiscard]] Result<std::uint64_t> size(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& directory) override;
  [[nodiscard]] Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  std::unique_ptr<InputFile> standard_input() override;
  std::unique_ptr<OutputFile> standard_output() override;

 private:
  class Input;
  class Output;

  /// Whether the process lives; the error of a dead one otherwise.
  Result<void> alive(const std::string& path) const;
  /// Counts an operation. An error is its fault; `halfway` then says whether an append writes half of its bytes first.
  Result<void> step(const std::string& name, const std::string& path, bool* halfway = nullptr);

  FileSystem& beneath_;
  std::function<void(const Operation&)> before_;
  mutable std::mutex mutex_;
  std::vector<Operation> operations_;
  std::uint64_t nth_ = 0;
  Fault fault_ = Fault::kFails;
  int error_ = ENOSPC;
  bool dead_ = false;
};

}  // namespace temblor
