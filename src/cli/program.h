#pragma once

#include <string>
#include <vector>

#include "base/environment.h"

namespace temblor {

/// The program behind main: finds the subcommand that `arguments` (without the program's name) ask for and runs it.
/// Returns the exit code: 0, 1 a failure, 2 a mistake on the command line; both are one line on standard error.
int run_program(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace temblor
