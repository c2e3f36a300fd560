#pragma once

#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace temblor {

/// Refuses the path of a file that cannot be written, before anything is touched: its folder must be there, since a
/// misspelt one is better told than made, and it or the file that is there already must be writable. `where` becomes
/// the place of the error: "file:readings.pb", "--summary".
Result<void> check_output_path(const std::string& path, const std::string& where, FileSystem& files);

}  // namespace temblor
