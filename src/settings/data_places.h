#pragma once

#include <string>
#include <string_view>

#include "settings/process_settings.h"

namespace temblor {

/// Where a setting was written, for errors.
std::string place_of(const WrittenSettings& written, std::string_view name);

/// Refuses sources and outputs that get in each other's way: one that is named twice, an output that is a source.
Result<void> check_places(const ProcessSettings& settings, const WrittenSettings& written);

}  // namespace temblor
