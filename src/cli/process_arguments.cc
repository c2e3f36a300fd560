#include "cli/process_arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command_line.h"
#include "cli/toml_settings.h"
#include "connectors/registry.h"

namespace temblor {
namespace {

std::string footer() {
  std::string text = "Sources (--from) and sinks (--sink, --late-sink, --dead-letter):\n";
  for (const Connector& connector : connectors()) {
    if (!connector.source && !connector.sink && !connector.letter_sink) continue;
    // The help of a connector is what to write, two spaces, what it does.
    const std::size_t gap = std::min(connector.help.find("  "), connector.help.size());
    const std::string_view words = connector.help.substr(std::min(gap + 2, connector.help.size()));
    text += fmt::format("  {}\n      {}\n", connector.help.substr(0, gap), words);
  }
  text +=
      "\nD is a duration: 250ms, 1s, 2m, 1h. Settings can also stand in a TOML file (--config), named as here\n"
      "without the dashes; the command line wins. SIGINT (Ctrl-C) and SIGTERM end with a last checkpoint.\n\n"
      "Examples:\n"
      "  temblor process --from generator:\n"
      "  temblor process --from 'miniseed:waveforms/*.mseed' --sink csv:\n"
      "  temblor process --from 'file:readings.pb?follow' --sink csv:results --checkpoint-dir state\n"
      "  temblor process --from file:readings.pb --print-config > temblor.toml\n";
  return text;
}

/// The texts that a person gave to one option, however often.
struct Given {
  const Setting* setting;
  CLI::Option* option;
  std::vector<std::string> values;
};

}  // namespace

Result<ProcessArguments> parse_process_arguments(const std::vector<std::string>& arguments, FileSystem& files) {
  CLI::App app("Reads readings, cleans them, and writes their windows: the main job.", "temblor process");
  std::vector<Given> given;
  given.reserve(process_settings().size());
  for (const Setting& setting : process_settings()) {
    Given& one = given.emplace_back(Given{&setting, nullptr, {}});
    const bool is_list = setting.type == Setting::Type::kList;
    std::string help(setting.help);
    if (!setting.initial.empty()) help += fmt::format(" [{}]", setting.initial);
    one.option = app.add_option("--" + std::string(setting.name), one.values, help)
                     ->type_name(std::string(setting.form))
                     ->group(std::string(setting.group))
                     ->expected(1, is_list ? CLI::detail::expected_max_vector_size : 1)
                     ->allow_extra_args(is_list)
                     ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  std::vector<std::string> config;
  ProcessArguments result;
  app.add_option("--config", config, "read settings from this TOML file")
      ->type_name("FILE")
      ->group("Options")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--print-config", result.print_config, "show the settings in force and where they came from")
      ->group("Options");
  app.footer(footer());
  TEMBLOR_ASSIGN(result.help, parse_arguments(app, arguments));
  if (result.help) return result;

  if (config.size() > 1) return user_error("--config", "is given twice", "give one file");
  result.written = default_settings();
  if (!config.empty()) {
    TEMBLOR_ASSIGN(WrittenSettings in_file, read_toml_settings(files, config[0]));
    for (auto& [name, written] : in_file) result.written[name] = std::move(written);
  }
  for (Given& one : given) {
    if (one.values.empty()) continue;
    const std::string place = "--" + std::string(one.setting->name);
    if (one.setting->type != Setting::Type::kList && one.values.size() > 1) {
      return user_error(place, "is given twice", "give it once");
    }
    result.written[std::string(one.setting->name)] = {std::move(one.values), "command line", place};
  }
  return result;
}

}  // namespace temblor
