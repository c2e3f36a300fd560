#include "settings/toml_settings.h"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0  // NOLINT(cppcoreguidelines-macro-usage): how toml++ is told
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "base/nearest.h"

namespace temblor {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;

struct Entry {
  std::string key;
  const toml::node* node;
  toml::source_index line;
};

/// The keys in the order of the file.
std::vector<Entry> entries_of(const toml::table& table) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), &node, key.source().begin.line});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.line < b.line; });
  return entries;
}

tl::unexpected<Error> unknown_key(const std::string& place, const std::string& key) {
  std::vector<std::string_view> names;
  for (const Setting& setting : process_settings()) names.push_back(setting.name);
  const auto near = nearest(key, names);
  return user_error(place, fmt::format("no such setting: {}", key),
                    near ? fmt::format("did you mean {}?", *near) : "temblor process --print-config shows all");
}

tl::unexpected<Error> wrong_type(const Setting& setting, const std::string& place) {
  switch (setting.type) {
    case Setting::Type::kNumber:
      return user_error(place, "must be a whole number", fmt::format("write {} = 4, without quotes", setting.name));
    case Setting::Type::kText:
      return user_error(
          place, "must be a text in quotes",
          fmt::format("write {} = \"{}\"", setting.name, setting.initial.empty() ? setting.form : setting.initial));
    case Setting::Type::kList:
      break;
  }
  return user_error(place, "must be a text or an array of texts",
                    fmt::format("write {} = [\"file:a.pb\", \"file:b.pb\"]", setting.name));
}

Result<std::vector<std::string>> values_of(const Setting& setting, const toml::node& node, const std::string& place) {
  if (setting.type == Setting::Type::kNumber) {
    if (const auto* integer = node.as_integer()) return std::vector{std::to_string(integer->get())};
    return wrong_type(setting, place);
  }
  if (const auto* text = node.as_string()) return std::vector{text->get()};
  const auto* array = node.as_array();
  if (setting.type != Setting::Type::kList || array == nullptr) return wrong_type(setting, place);
  std::vector<std::string> values;
  for (const toml::node& element : *array) {
    const auto* text = element.as_string();
    if (text == nullptr) return wrong_type(setting, place);
    values.push_back(text->get());
  }
  if (values.empty()) return user_error(place, "is empty", "name at least one, or leave the setting out");
  return values;
}

}  // namespace

Result<WrittenSettings> read_toml_settings(FileSystem& files, const std::string& path) {
  const auto text = read_file(files, path, kLargestFile);
  if (!text) return user_error("--config", path + ": " + text.error().what, "check the path and its permissions");
  const toml::parse_result parsed = toml::parse(*text);
  if (!parsed) {
    return user_error(fmt::format("{}:{}", path, parsed.error().source().begin.line),
                      std::string(parsed.error().description()), "write TOML, texts in quotes: window = \"1s\"");
  }
  WrittenSettings written;
  for (const Entry& entry : entries_of(parsed.table())) {
    const std::string origin = fmt::format("{}:{}", path, entry.line);
    const Setting* setting = find_process_setting(entry.key);
    if (setting == nullptr) return unknown_key(origin, entry.key);
    const std::string place = origin + ": " + entry.key;
    TEMBLOR_ASSIGN(auto values, values_of(*setting, *entry.node, place));
    Written one{std::move(values), origin, place};
    TEMBLOR_TRY(check_setting(*setting, one));
    written[entry.key] = std::move(one);
  }
  return written;
}

std::string toml_quoted(std::string_view text) {
  std::ostringstream out;
  const toml::value<std::string> value{std::string(text)};
  out << toml::toml_formatter(value, toml::format_flags::none);
  return out.str();
}

}  // namespace temblor
