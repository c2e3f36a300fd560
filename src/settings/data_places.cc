#include "settings/data_places.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "connectors/uri.h"

namespace temblor {
namespace {

bool is_of_files(const Uri& uri) { return uri.scheme == "file" || uri.scheme == "miniseed"; }

/// What a URI means as a place of data: two that differ in their query, or in how they write one path, are the same.
/// A pattern stays one.
std::string place_of_data(const std::string& text, FileSystem& files) {
  const auto uri = Uri::parse(text);
  if (uri && !uri->path.empty() && is_of_files(*uri)) return files.canonical(uri->path);
  if (uri && !uri->path.empty() && uri->scheme == "csv") return "csv:" + files.canonical(uri->path);
  return text.substr(0, text.find('?'));
}

/// The places that are read now; of a pattern those that it fits.
Result<std::vector<std::string>> places_read(const std::string& text, FileSystem& files) {
  const auto uri = Uri::parse(text);
  if (!uri || !is_of_files(*uri) || files.exists(uri->path)) return std::vector{place_of_data(text, files)};
  TEMBLOR_ASSIGN(std::vector<std::string> paths, files.glob(uri->path));
  for (std::string& path : paths) path = files.canonical(path);
  return paths;
}

Result<void> check_sources(const ProcessSettings& settings, const WrittenSettings& written, FileSystem& files) {
  std::set<std::string> read;
  for (const std::string& uri : settings.from) {
    const std::string where = place_of(written, "from");
    if (std::count(settings.from.begin(), settings.from.end(), uri) > 1) {
      return user_error(where, uri + " is named twice", "name each source once");
    }
    TEMBLOR_ASSIGN(const std::vector<std::string> places, places_read(uri, files));
    for (const std::string& place : places) {
      if (!read.insert(place).second) {
        return user_error(where, uri + ": " + place + " is read by another source too", "name each source once");
      }
    }
  }
  return {};
}

/// Two outputs into one file would cut each other's bytes back, and an output into a source would never end.
Result<void> check_outputs(const ProcessSettings& settings, const WrittenSettings& written, FileSystem& files) {
  std::set<std::string> sources;
  for (const std::string& uri : settings.from) sources.insert(place_of_data(uri, files));
  const auto is_read = [&](const std::string& data) {
    return std::any_of(sources.begin(), sources.end(), [&](const std::string& source) {
      return source == data || ::fnmatch(source.c_str(), data.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
    });
  };
  std::set<std::string> outputs;
  const auto add = [&](const std::string& name, const std::string& uri) -> Result<void> {
    if (uri.empty()) return {};
    const std::string data = place_of_data(uri, files);
    if (data == "null:" || data == "null") return {};
    if (!outputs.insert(data).second) {
      return user_error(place_of(written, name), uri + " is written to twice", "give each output a place of its own");
    }
    if (data != "-" && is_read(data)) {
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

Result<void> check_places(const ProcessSettings& settings, const WrittenSettings& written, FileSystem& files) {
  TEMBLOR_TRY(check_sources(settings, written, files));
  return check_outputs(settings, written, files);
}

}  // namespace temblor
