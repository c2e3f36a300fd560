#pragma once

#include <string>
#include <string_view>

#include "base/file_system.h"
#include "settings/process_settings.h"

namespace temblor {

/// Reads a TOML file of settings: their names as on the command line without the dashes, texts quoted, numbers bare,
/// `from` and `sink` a text or an array of texts. Everything in it is checked: what is no TOML, an unknown key, a wrong
/// type and a bad value are refused with `FILE:LINE`, the first of them in the file's order.
Result<WrittenSettings> read_toml_settings(FileSystem& files, const std::string& path);

/// `text` as a TOML string, quotes and escapes included.
std::string toml_quoted(std::string_view text);

}  // namespace temblor
