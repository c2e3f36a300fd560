#include "connectors/file/append_log.h"

#include <fmt/format.h>

#include <charconv>

namespace temblor {

Result<void> AppendLog::reopen() {
  const std::string directory = directory_of(path_);
  if (!files_.exists(path_)) TEMBLOR_TRY(files_.create_directories(directory));
  TEMBLOR_ASSIGN(auto file, files_.open_append(path_));
  // A lasting content under a name that is lost in a power cut would be no use. Where the file was there before, who
  // made it may have been killed before this.
  TEMBLOR_TRY(files_.sync_directory(directory));
  TEMBLOR_ASSIGN(length_, files_.size(path_));
  file_ = std::move(file);
  return {};
}

Result<void> AppendLog::open(const std::string* prepared) {
  if (prepared != nullptr) return cut_back(*prepared);
  return reopen();
}

Result<void> AppendLog::check_open() const {
  return file_ != nullptr ? Result<void>()
                          : world_error(path_, "cannot go on after a write that failed", "start again");
}

Result<void> AppendLog::append(std::string_view bytes) {
  TEMBLOR_TRY(check_open());
  if (auto appended = file_->append(bytes); !appended) {
    file_.reset();
    return appended;
  }
  length_ += bytes.size();
  return {};
}

Result<void> AppendLog::cut_back(std::string_view prepared) {
  std::uint64_t committed = 0;
  const auto [end, error] = std::from_chars(prepared.data(), prepared.data() + prepared.size(), committed);
  if (error != std::errc() || end != prepared.data() + prepared.size()) {
    return world_error(path_, fmt::format("the checkpoint holds no length of this file, but '{}'", prepared),
                       "begin anew with another --checkpoint-dir");
  }
  if (file_ == nullptr) {
    length_ = 0;
    if (files_.exists(path_)) {
      TEMBLOR_ASSIGN(length_, files_.size(path_));
    }
  }
  if (length_ < committed) {
    return world_error(path_,
                       fmt::format("has {} bytes, {} were committed: it was cut or replaced", length_, committed),
                       "put the file back, or begin anew with another --checkpoint-dir");
  }
  if (length_ > committed) {
    file_.reset();  // should cutting fail, the next attempt measures the file again
    TEMBLOR_TRY(files_.truncate(path_, committed));
  }
  return file_ == nullptr ? reopen() : Result<void>();
}

Result<void> AppendLog::sync() {
  TEMBLOR_TRY(check_open());
  auto synced = file_->sync();
  if (!synced) file_.reset();
  return synced;
}

Result<void> AppendLog::commit(std::string_view prepared, std::string_view bytes) {
  TEMBLOR_TRY(cut_back(prepared));
  TEMBLOR_TRY(append(bytes));
  return sync();
}

}  // namespace temblor
