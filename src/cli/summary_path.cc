#include "cli/summary_path.h"

namespace temblor {

Result<void> check_summary_path(const std::string& path, const std::string& place, FileSystem& files) {
  if (path.empty()) return {};
  if (!files.list(directory_of(path))) {
    return user_error(place, directory_of(path) + " is no folder", "make it, or write the summary somewhere else");
  }
  if (path.ends_with('/') || files.list(path)) {
    return user_error(place, path + " is a folder", "name a file in it");
  }
  if (files.exists(path) && !files.is_regular_file(path)) {
    return user_error(place, path + " is a pipe or a device", "name a file, which will be replaced whole");
  }
  return {};
}

}  // namespace temblor
