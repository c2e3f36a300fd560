#include "settings/print_config.h"

#include <fmt/format.h>

#include "schema/printable.h"
#include "settings/toml_settings.h"

namespace temblor {
namespace {

std::string value_text(const Setting& setting, const Written& written) {
  if (setting.type == Setting::Type::kNumber) return std::to_string(std::stoull(written.values[0]));
  if (written.values.size() == 1) return toml_quoted(written.values[0]);
  std::string list;
  for (const std::string& value : written.values) list += (list.empty() ? "" : ", ") + toml_quoted(value);
  return "[" + list + "]";
}

}  // namespace

std::string to_toml(const WrittenSettings& written, Host host) {
  std::string text;
  for (const Setting& setting : process_settings()) {
    if (!known_to(host, setting)) continue;
    const auto found = written.find(setting.name);
    text += found == written.end() ? fmt::format("# {} is not set: {}\n", setting.name, setting.help)
                                   : fmt::format("{} = {}  # {}\n", setting.name, value_text(setting, found->second),
                                                 printable(found->second.origin));
  }
  return text;
}

}  // namespace temblor
