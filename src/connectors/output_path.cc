#include "connectors/output_path.h"

namespace temblor {

Result<void> check_output_path(const std::string& path, const std::string& where, FileSystem& files) {
  const std::string folder = directory_of(path);
  if (!files.exists(folder)) return user_error(where, folder + " does not exist", "make it: mkdir -p '" + folder + "'");
  if (path.ends_with('/') || files.list(path)) return user_error(where, path + " is a folder", "name a file in it");
  const bool there = files.exists(path);
  if (!there && !files.list(folder)) return user_error(where, folder + " is no folder", "name a file in a folder");
  const std::string& changed = there ? path : folder;
  if (!files.is_writable(changed)) return user_error(where, changed + " cannot be written", "check its permissions");
  return {};
}

}  // namespace temblor
