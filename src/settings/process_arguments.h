#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "settings/command_line.h"
#include "settings/process_settings.h"

namespace temblor {

/// What a command line asks for.
struct ProcessArguments {
  std::optional<std::string> help;  ///< the text that was asked for; nothing else is to be done then
  bool print_config = false;
  WrittenSettings written;  ///< defaults, then the file of --config, then the command line
};

/// Adds the settings of `host` to the options of `app`, reads the command line, and the file that it names. Settings of
/// another host are refused. Values are read by read_settings.
Result<ProcessArguments> parse_process_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                                 FileSystem& files, Host host);

}  // namespace temblor
