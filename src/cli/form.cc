#include "cli/form.h"

#include <fmt/format.h>

#include "base/nearest.h"

namespace temblor {

std::string list_of_forms(std::span<const Form> forms) {
  std::string text = "Forms:\n";
  for (const Form& form : forms) text += fmt::format("  {:<12}{}\n", form.name, form.help);
  return text;
}

Result<int> run_form(std::span<const Form> forms, const std::vector<std::string>& arguments,
                     const Environment& environment, const std::string& what, const std::string& remedy) {
  std::vector<std::string_view> names;
  for (const Form& form : forms) {
    if (form.name == arguments[0]) return form.run({arguments.begin() + 1, arguments.end()}, environment);
    names.push_back(form.name);
  }
  const auto near = nearest(arguments[0], names);
  return user_error(arguments[0], what, near ? fmt::format("did you mean {}?", *near) : remedy);
}

}  // namespace temblor
