#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"

namespace temblor {

/// What a subcommand does is named by its first argument: `temblor topic create`.
struct Form {
  std::string_view name;
  std::string_view help;  ///< one line
  /// Gets what stands behind the name; returns the exit code.
  Result<int> (*run)(const std::vector<std::string>& arguments, const Environment& environment);
};

/// `Forms:` and a line for each, for the help of the subcommand.
std::string list_of_forms(std::span<const Form> forms);

/// Runs the form that the first argument names, of which there is one. A name that is none of them is the user's error:
/// `what` says so, and the remedy is a name that is near, else `remedy`.
Result<int> run_form(std::span<const Form> forms, const std::vector<std::string>& arguments,
                     const Environment& environment, const std::string& what, const std::string& remedy);

}  // namespace temblor
