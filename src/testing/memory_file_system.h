#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace temblor {

/// Files in memory that forget what a power loss may take from a real disk: bytes that were not synced, and the
/// creations, renames and removals after which their directory was not synced.
///
/// A path is resolved from one root, so that `a` and `/a` are the same file; `..` and links are unknown. All methods
/// may be called from any thread. Files and locks that it hands out must not outlive it.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  /// What SIGKILL does: open files and locks are gone, everything that was written stays. Files that are still held
  /// answer every call with an error.
  void kill();

  /// What a power loss does: as kill(), then one of the states that the disk may hold. `seed` chooses which; the same
  /// seed after the same calls gives the same state.
  /// - Of the bytes written since a file's last sync any number from the front is kept, a run of them perhaps zeroed.
  ///   A file that was emptied (create) may have its last synced bytes back.
  /// - Directory operations that are not synced are kept or undone in the order in which they were made: what came
  ///   after an undone one in the same directory is undone too. A rename is never half done.
  void crash(std::uint64_t seed);

  /// Makes a file of these bytes, or replaces the one that is there. Its directory exists.
  void put(const std::string& path, std::string bytes);
  /// No read gives more bytes than this from now on, as from a pipe.
  void limit_reads(std::size_t bytes);
  /// How many files are open for reading.
  [[nodiscard]] std::size_t open_inputs() const;

  /// What the process finds on its standard input from now on.
  void set_standard_input(std::string bytes);
  /// What the process has written to its standard output up to now.
  [[nodiscard]] std::string standard_output_bytes() const;

  /// From now on the file's bytes, or the directory's names, cannot be changed, as by permissions. The path is there.
  void forbid_writing(const std::string& path);

  Result<std::unique_ptr<InputFile>> open_read(const std::string& path, std::uint64_t offset) override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path) override;
  Result<std::unique_ptr<OutputFile>> open_append(const std::string& path) override;
  Result<void> truncate(const std::string& path, std::uint64_t size) override;
  Result<void> make_executable(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> create_directories(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<void> sync_file_system(const std::string& directory) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] bool is_writable(const std::string& path) override;
  [[nodiscard]] Result<std::uint64_t> size(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& directory) override;
  [[nodiscard]] std::string canonical(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  std::unique_ptr<InputFile> standard_input() override;
  std::unique_ptr<OutputFile> standard_output() override;

 private:
  struct Node;
  struct Operation;
  struct Place;
  class Input;
  class Output;
  class Lock;

  // All of these want mutex_ held.
  [[nodiscard]] std::shared_ptr<Node> find(std::string_view path) const;
  Result<Place> place_of(const std::string& path) const;
  Result<std::shared_ptr<Node>> file_for_writing(const std::string& path);
  void change(Operation operation);
  void make_lasting(const std::shared_ptr<Node>& directory);
  std::unique_ptr<OutputFile> output(std::shared_ptr<Node> node, const std::string& path);

  mutable std::mutex mutex_;
  std::shared_ptr<Node> root_;
  std::shared_ptr<Node> standard_input_;
  std::shared_ptr<Node> standard_output_;
  std::vector<Operation> unsynced_;  ///< directory operations, oldest first
  std::set<const Node*> locked_;
  std::size_t open_inputs_ = 0;
  std::size_t most_at_once_ = SIZE_MAX;
  std::uint64_t life_ = 0;  ///< files and locks of an earlier life are dead
};

}  // namespace temblor
