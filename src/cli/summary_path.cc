#include "cli/summary_path.h"

#include "connectors/output_path.h"

namespace temblor {

Result<void> check_summary_path(const std::string& path, const std::string& place, FileSystem& files) {
  if (path.empty()) return {};
  TEMBLOR_TRY(check_output_path(path, place, files));
  const std::string folder = directory_of(path);
  if (!files.is_writable(folder)) return user_error(place, folder + " cannot be written", "check its permissions");
  if (files.exists(path) && !files.is_regular_file(path)) {
    return user_error(place, path + " is a pipe or a device", "name a file, which will be replaced whole");
  }
  return {};
}

}  // namespace temblor
