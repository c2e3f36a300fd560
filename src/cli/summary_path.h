#pragma once

#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace temblor {

/// Refuses a path that no summary can be written to, before the work that it would sum up. An empty path is none.
/// `place` is where it was written: "--summary".
Result<void> check_summary_path(const std::string& path, const std::string& place, FileSystem& files);

}  // namespace temblor
