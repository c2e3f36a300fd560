#include "settings/data_places.h"

#include <algorithm>
#include <set>

namespace temblor {
namespace {

/// What a URI means as a place of data: two that differ in their query only are the same.
std::string place_of_data(const std::string& uri) { return uri.substr(0, uri.find('?')); }

/// Two outputs into one file would cut each other's bytes back, and an output into a source would never end.
Result<void> check_outputs(const ProcessSettings& settings, const WrittenSettings& written) {
  std::set<std::string> sources;
  for (const std::string& uri : settings.from) sources.insert(place_of_data(uri));
  std::set<std::string> outputs;
  const auto add = [&](const std::string& name, const std::string& uri) -> Result<void> {
    if (uri.empty()) return {};
    const std::string data = place_of_data(uri);
    if (data == "null:" || data == "null") return {};
    if (!outputs.insert(data).second) {
      return user_error(place_of(written, name), uri + " is written to twice", "give each output a place of its own");
    }
    if (data != "-" && sources.contains(data)) {
      return user_error(place_of(written, name), uri + " is read as a source", "write somewhere else");
    }
    return {};
  };
  for (const std::string& uri : settings.sink) TEMBLOR_TRY(add("sink", uri));
  TEMBLOR_TRY(add("late-sink", settings.late_sink));
  TEMBLOR_TRY(add("dead-letter", settings.dead_letter));
  return {};
}

}  // namespace

std::string place_of(const WrittenSettings& written, std::string_view name) {
  const auto found = written.find(name);
  return found == written.end() ? "--" + std::string(name) : found->second.place;
}

Result<void> check_places(const ProcessSettings& settings, const WrittenSettings& written) {
  for (const std::string& uri : settings.from) {
    if (std::count(settings.from.begin(), settings.from.end(), uri) > 1) {
      return user_error(place_of(written, "from"), uri + " is named twice", "name each source once");
    }
  }
  return check_outputs(settings, written);
}

}  // namespace temblor
