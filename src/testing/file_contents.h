#pragma once

#include <string>

#include "base/file_system.h"

namespace temblor {

/// The bytes of a small file of a test; "(none)" where it cannot be read.
inline std::string contents(FileSystem& files, const std::string& path) {
  const auto bytes = read_file(files, path, 1 << 20);
  return bytes ? *bytes : "(none)";
}

}  // namespace temblor
