#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "cli/process_settings.h"

namespace temblor {

/// What the command line of `temblor process` asks for.
struct ProcessArguments {
  std::optional<std::string> help;  ///< the text that was asked for; nothing else is to be done then
  bool print_config = false;
  WrittenSettings written;  ///< defaults, then the file of --config, then the command line
};

/// Reads the command line, and the file that it names. Values are read by read_settings.
Result<ProcessArguments> parse_process_arguments(const std::vector<std::string>& arguments, FileSystem& files);

}  // namespace temblor
