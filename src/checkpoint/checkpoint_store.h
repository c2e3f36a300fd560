#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/file_system.h"
#include "checkpoint/checkpoint_format.h"

namespace temblor {

/// The folder that a job's checkpoints live in. One process at a time owns it. Not for several threads at once.
class CheckpointStore {
 public:
  /// Makes the folder where it is missing and takes its lock; an error where another process has it.
  /// `files` outlives the store.
  /// A lock file that was not there before goes with the store, unless there was a commit: a job that is refused leaves
  /// a folder as it was.
  static Result<std::unique_ptr<CheckpointStore>> open(FileSystem& files, const std::string& directory);

  ~CheckpointStore();
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;

  /// What recover found.
  struct Recovered {
    RestoredCheckpoint checkpoint;
    bool fell_back = false;  ///< newer ones were damaged
  };

  /// Reads the newest checkpoint that is whole. Damaged ones are named in the log and passed over. Nothing where the
  /// folder holds none; an error where it holds only damaged ones, or one of a newer format: starting anew then must
  /// be a person's decision. `begin` is called before each attempt and gives what receives the open windows.
  Result<std::optional<Recovered>> recover(const std::function<WindowRestorer()>& begin);

  /// Makes a checkpoint lasting: written beside, synced, renamed, the folder synced; then old ones are removed.
  /// After an error the one before still stands, and commit may be called again.
  Result<void> commit(const Checkpoint& checkpoint);

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  CheckpointStore(FileSystem& files, std::string directory, std::unique_ptr<FileLock> lock, bool is_new)
      : files_(files), directory_(std::move(directory)), lock_(std::move(lock)), is_lock_new_(is_new) {}

  FileSystem& files_;
  std::string directory_;
  std::unique_ptr<FileLock> lock_;
  bool is_lock_new_;  ///< nothing has been committed, and there was no lock file before
};

}  // namespace temblor
