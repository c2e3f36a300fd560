#include "checkpoint/checkpoint_store.h"

#include <spdlog/spdlog.h>

#include "checkpoint/recovery.h"

namespace temblor {
namespace {

constexpr std::string_view kTemporary = "checkpoint.tmp";

/// From this size on reading one takes so long that people are told before: more than a million sensors.
constexpr std::uint64_t kLongToReadBytes = 100'000'000;

std::string lock_path(const std::string& directory) { return directory + "/LOCK"; }

}  // namespace

Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(FileSystem& files, const std::string& directory) {
  TEMBLOR_TRY(files.create_directories(directory));
  const bool is_new = !files.exists(lock_path(directory));
  TEMBLOR_ASSIGN(auto lock, files.lock(lock_path(directory)));
  return std::unique_ptr<CheckpointStore>(new CheckpointStore(files, directory, std::move(lock), is_new));
}

CheckpointStore::~CheckpointStore() {
  if (is_lock_new_) static_cast<void>(files_.remove(lock_path(directory_)));
}

Result<std::optional<CheckpointStore::Recovered>> CheckpointStore::recover(
    const std::function<WindowRestorer()>& begin) {
  TEMBLOR_ASSIGN(const auto names, files_.list(directory_));
  std::optional<Error> newest_error;
  for (const std::uint64_t id : recovery_order(names)) {
    const std::string path = directory_ + "/" + checkpoint_name(id);
    if (const auto size = files_.size(path); size && *size >= kLongToReadBytes) {
      spdlog::info("reading {}, {} MB", path, *size / 1'000'000);
    }
    auto file = files_.open_read(path, 0);
    auto read = file ? read_checkpoint(**file, path, begin()) : tl::unexpected(file.error());
    if (read) return Recovered{.checkpoint = std::move(*read), .fell_back = newest_error.has_value()};
    if (read.error().blame == Blame::kUser) return tl::unexpected(std::move(read).error());  // whole, but not for us
    spdlog::error("{}; trying the one before", read.error().to_line());
    if (!newest_error) newest_error = read.error();
  }
  if (!newest_error) return std::nullopt;
  return world_error(directory_, "holds no checkpoint that can be read: " + newest_error->to_line(),
                     "to begin anew, move the folder away; readings and results up to now are then not known any more");
}

Result<void> CheckpointStore::commit(const Checkpoint& checkpoint) {
  const std::string temporary = directory_ + "/" + std::string(kTemporary);
  is_lock_new_ = false;
  {
    TEMBLOR_ASSIGN(auto file, files_.create(temporary));
    TEMBLOR_TRY(write_checkpoint(checkpoint, *file));
    TEMBLOR_TRY(file->sync());
  }
  TEMBLOR_TRY(files_.rename(temporary, directory_ + "/" + checkpoint_name(checkpoint.facts.id)));
  TEMBLOR_TRY(files_.sync_directory(directory_));
  // What cannot be removed now is tried again with the next checkpoint; it only takes room.
  if (const auto names = files_.list(directory_)) {
    for (const std::string& name : removable(*names, checkpoint.facts.id)) {
      static_cast<void>(files_.remove(directory_ + "/" + name));
    }
  }
  return {};
}

}  // namespace temblor
