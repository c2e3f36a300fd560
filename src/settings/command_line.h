#pragma once

// App needs the two others where the compiler does not inline them; the whole of CLI/CLI.hpp takes seconds to read.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"

namespace temblor {

/// Reads `arguments` into the options of `app`, with the errors of this program: one line that names the option, and
/// the nearest name where one is unknown. Everything that CLI11 would check of a value is left to the caller.
/// Returns the help text where that is asked for; nothing else is to be done then.
Result<std::optional<std::string>> parse_arguments(CLI::App& app, const std::vector<std::string>& arguments);

/// The error of a value, as told by the place where it was written: `--window: "1x" is no duration (…)`.
Error at_place(const std::string& place, Error error);

}  // namespace temblor
