#include "elastic/pause.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "elastic/local_time.h"

namespace temblor::elastic {

PauseMarker::PauseMarker(FileSystem& files, const std::string& metrics_dir)
    : files_(files), directory_(metrics_dir), path_(metrics_dir + "/paused") {}

bool PauseMarker::is_set() { return files_.exists(path_); }

Result<std::optional<std::string>> PauseMarker::read() {
  if (!is_set()) return std::nullopt;
  TEMBLOR_ASSIGN(std::string text, read_file(files_, path_, limits::kElasticConfBytes));
  return text.substr(0, text.find_first_of("\r\n"));
}

Result<void> PauseMarker::set(Timestamp now, std::string_view reason) {
  if (reason.find_first_of("\r\n") != std::string_view::npos) {
    return user_error("--reason", "has more than one line", "write one line");
  }
  TEMBLOR_TRY(files_.create_directories(directory_));
  return replace_file(files_, path_, fmt::format("{}{}{}\n", local_time(now), reason.empty() ? "" : " ", reason));
}

Result<void> PauseMarker::clear() {
  TEMBLOR_TRY(files_.remove(path_));
  return files_.exists(directory_) ? files_.sync_directory(directory_) : Result<void>();
}

}  // namespace temblor::elastic
