#include "settings/command_line.h"

#include <fmt/format.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "base/nearest.h"

namespace temblor {
namespace {

tl::unexpected<Error> unknown_argument(const CLI::App& app, const std::string& argument) {
  const std::string help = app.get_name() + " --help shows what there is";
  if (!argument.starts_with('-'))
    return user_error("command line", fmt::format("\"{}\" is not expected", argument), help);
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const auto near = nearest(name, {names.begin(), names.end()});
  return user_error(name, "no such option", near ? fmt::format("did you mean {}?", *near) : help);
}

/// CLI11 leaves two empty lines between groups.
std::string without_wide_gaps(std::string text) {
  constexpr std::string_view kGap = "\n\n\n";
  for (std::size_t at = text.find(kGap); at != std::string::npos; at = text.find(kGap, at)) text.erase(at, 1);
  return text;
}

}  // namespace

Result<std::optional<std::string>> parse_arguments(CLI::App& app, const std::vector<std::string>& arguments) {
  app.allow_extras();
  app.set_help_flag("-h,--help", "this text");
  app.get_formatter()->column_width(34);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return without_wide_gaps(app.help());
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string_view what = mismatch.what();
    return user_error(std::string(what.substr(0, what.find(':'))), "needs a value",
                      app.get_name() + " --help shows what to write");
  } catch (const CLI::ParseError& error) {
    return user_error("command line", error.what(), app.get_name() + " --help shows what to write");
  }
  for (const std::string& extra : app.remaining()) {
    if (extra != "--") return unknown_argument(app, extra);
  }
  return std::nullopt;
}

Error at_place(const std::string& place, Error error) {
  // A value and what is wrong with it make a sentence; a URI or a path is a place of its own.
  const bool sentence = error.where.starts_with('"') || error.where.starts_with('\'');
  error.what = error.where + (sentence ? " " : ": ") + error.what;
  error.where = place;
  return error;
}

}  // namespace temblor
