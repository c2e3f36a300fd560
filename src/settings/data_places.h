#pragma once

#include <string>
#include <string_view>

#include "base/file_system.h"
#include "settings/process_settings.h"

namespace temblor {

/// Where a setting was written, for errors.
std::string place_of(const WrittenSettings& written, std::string_view name);

/// Refuses sources and outputs that get in each other's way: one that is named twice, an output that is a source, or
/// would become one since a source's pattern fits it; however their paths are written.
Result<void> check_places(const ProcessSettings& settings, const WrittenSettings& written, FileSystem& files);

}  // namespace temblor
