#include "base/file_system.h"

#include <array>

namespace temblor {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_held(const Error& error) { return error.what.starts_with("is held by "); }

Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit) {
  TEMBLOR_ASSIGN(const auto file, files.open_read(path, 0));
  std::string bytes;
  std::array<char, 65536> part{};
  while (true) {
    TEMBLOR_ASSIGN(const std::size_t n, file->read(part));
    if (n == 0) return bytes;
    if (n > limit - bytes.size()) return user_error(path, "is longer than " + std::to_string(limit) + " bytes");
    bytes.append(part.data(), n);
  }
}

Result<void> replace_file(FileSystem& files, const std::string& path, std::string_view bytes) {
  const bool is_there = files.exists(path);
  const std::string target = is_there ? files.canonical(path) : path;
  const std::string temporary = target + ".tmp";
  {
    TEMBLOR_ASSIGN(const auto file, files.create(temporary));
    // Before there is anything in it that not everybody may read.
    if (is_there) TEMBLOR_TRY(files.copy_permissions(target, temporary));
    TEMBLOR_TRY(file->append(bytes));
    TEMBLOR_TRY(file->sync());
  }
  TEMBLOR_TRY(files.rename(temporary, target));
  return files.sync_directory(directory_of(target));
}

}  // namespace temblor
