#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"

namespace temblor {

/// One word behind `temblor`. Registers itself from its own file, as a connector does.
struct Subcommand {
  std::string_view name;
  std::string_view summary;  ///< one line for `temblor --help`
  /// `arguments` are what stands behind the name. Returns the exit code: 0, 1 failure, 2 the user's mistake.
  std::function<int(const std::vector<std::string>& arguments, const Environment& environment)> run;
};

struct RegisterSubcommand {
  explicit RegisterSubcommand(Subcommand subcommand);
};

/// All subcommands, sorted by name.
const std::vector<Subcommand>& subcommands();

}  // namespace temblor
