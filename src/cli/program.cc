#include "cli/program.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "cli/answer.h"
#include "cli/subcommand.h"

namespace temblor {
namespace {

const Subcommand* find(std::string_view name) {
  for (const Subcommand& subcommand : subcommands()) {
    if (subcommand.name == name) return &subcommand;
  }
  return nullptr;
}

std::string help() {
  std::string text =
      "temblor reads seismic readings, drops what cannot be right, and aggregates the rest per sensor in windows of\n"
      "time: average, highest and lowest amplitude, and how many P, S and noise phases. Every result is delivered\n"
      "exactly once, also after a crash.\n\n"
      "Usage: temblor COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Subcommand& subcommand : subcommands()) {
    text += fmt::format("  {:<10} {}\n", subcommand.name, subcommand.summary);
  }
  text +=
      "\nTo begin with:\n"
      "  temblor demo                                        real earthquake waveforms, explained\n"
      "  temblor process --from generator:                   3,000 synthetic readings, results on the console\n"
      "  temblor generate --to file:readings.pb              the same readings in a file\n"
      "  temblor inspect records readings.pb                 what is in it\n"
      "  temblor process --from file:readings.pb --sink csv:output   its windows, as CSV files below output\n"
      "\ntemblor COMMAND --help explains a command, temblor --version tells the version.\n";
  return text;
}

Error unknown_command(std::string_view name) {
  std::vector<std::string_view> names = {"help"};
  for (const Subcommand& subcommand : subcommands()) names.push_back(subcommand.name);
  const auto near = nearest(name, names);
  return {Blame::kUser, "no such command", std::string(name),
          near ? fmt::format("did you mean '{}'?", *near) : "temblor --help lists them"};
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Environment& environment) {
  if (arguments.empty()) return print(environment, help());
  const std::string& first = arguments[0];
  if (first == "--version" || first == "-V") return print(environment, "temblor " TEMBLOR_VERSION "\n");
  const bool asks_help = first == "help" || first == "--help" || first == "-h";
  if (asks_help && arguments.size() == 1) return print(environment, help());
  const std::string& name = asks_help ? arguments[1] : first;
  if (!asks_help && name.starts_with('-')) {
    return report(Error{Blame::kUser, "no such option before a command", name, "temblor --help shows what to write"});
  }
  const Subcommand* subcommand = find(name);
  if (subcommand == nullptr) return report(unknown_command(name));
  if (asks_help) return subcommand->run({"--help"}, environment);
  return subcommand->run({arguments.begin() + 1, arguments.end()}, environment);
}

}  // namespace temblor
