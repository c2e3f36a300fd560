#pragma once

#include <string>

#include "settings/process_settings.h"

namespace temblor {

/// All settings of `host` in force as TOML, each with a comment that says where it came from; those that are not set as
/// comments. What read_toml_settings reads from it is the same.
std::string to_toml(const WrittenSettings& written, Host host);

}  // namespace temblor
