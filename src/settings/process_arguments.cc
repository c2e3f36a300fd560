#include "settings/process_arguments.h"

#include <fmt/format.h>

#include "settings/toml_settings.h"

namespace temblor {
namespace {

/// CLI11's group of options that are read and not shown.
const std::string kHidden;

/// The texts that a person gave to one option, however often.
struct Given {
  const Setting* setting;
  CLI::Option* option;
  std::vector<std::string> values;
};

}  // namespace

Result<ProcessArguments> parse_process_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                                 FileSystem& files, Host host) {
  const WrittenSettings defaults = default_settings(host);
  std::vector<Given> given;
  given.reserve(process_settings().size());
  for (const Setting& setting : process_settings()) {
    Given& one = given.emplace_back(Given{&setting, nullptr, {}});
    const bool is_list = setting.type == Setting::Type::kList;
    std::string help(setting.help);
    if (!setting.initial.empty() && defaults.contains(setting.name)) help += fmt::format(" [{}]", setting.initial);
    one.option = app.add_option("--" + std::string(setting.name), one.values, help)
                     ->type_name(std::string(setting.form))
                     ->group(known_to(host, setting) ? std::string(setting.group) : kHidden)
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
  TEMBLOR_ASSIGN(result.help, parse_arguments(app, arguments));
  if (result.help) return result;

  if (config.size() > 1) return user_error("--config", "is given twice", "give one file");
  result.written = defaults;
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
  TEMBLOR_TRY(check_host(result.written, host));
  return result;
}

}  // namespace temblor
