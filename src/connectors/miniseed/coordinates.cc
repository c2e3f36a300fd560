#include "connectors/miniseed/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <pugixml.hpp>
#include <vector>

namespace temblor::miniseed {
namespace {

// What a StationXML file of the largest archive takes, at channel level.
constexpr std::size_t kLargestFile = std::size_t{1} << 30;
constexpr double kDeepest = 1e6;  // metres

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Result<Coordinates> read(std::string_view longitude, std::string_view latitude, std::string_view depth,
                         const std::string& where) {
  const auto bounded = [&](std::string_view name, std::string_view text, double bound) -> Result<double> {
    const std::optional<double> value = number(text);
    if (!value || !(std::abs(*value) <= bound)) {
      return user_error(where, fmt::format("'{}' is no {} between {} and {}", text, name, -bound, bound));
    }
    return *value;
  };
  Coordinates c;
  TEMBLOR_ASSIGN(c.longitude, bounded("longitude", longitude, 180));
  TEMBLOR_ASSIGN(c.latitude, bounded("latitude", latitude, 90));
  TEMBLOR_ASSIGN(const double metres, bounded("depth in metres", depth, kDeepest));
  c.depth = static_cast<std::int32_t>(std::lround(metres));
  return c;
}

Result<Coordinates> read(const pugi::xml_node& node, const std::string& where) {
  const pugi::xml_node depth = node.child("Depth");  // channels have one, stations do not
  return read(node.child("Longitude").text().get(), node.child("Latitude").text().get(),
              depth ? depth.text().get() : "0", where);
}

}  // namespace

Result<CoordinateTable> CoordinateTable::load(FileSystem& files, const std::string& path) {
  auto text = read_file(files, path, kLargestFile);
  if (!text) return user_error(path, text.error().what, "coordinates= names a StationXML file or a table");
  CoordinateTable table;
  const std::string_view ending = ".xml";
  const bool xml = path.size() >= ending.size() && path.substr(path.size() - ending.size()) == ending;
  TEMBLOR_TRY(xml ? table.add_xml(*text, path) : table.add_table(*text, path));
  return table;
}

Coordinates CoordinateTable::of(std::string_view sensor_id) const {
  auto found = entries_.find(sensor_id);
  if (found == entries_.end()) {
    const std::size_t network = sensor_id.find('.');
    found =
        entries_.find(sensor_id.substr(0, sensor_id.find('.', network == std::string_view::npos ? 0 : network + 1)));
  }
  return found == entries_.end() ? Coordinates{} : found->second;
}

Result<void> CoordinateTable::add_xml(const std::string& text, const std::string& path) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) return user_error(path, fmt::format("is no XML at byte {}: {}", parsed.offset, parsed.description()));
  const pugi::xml_node root = document.child("FDSNStationXML");
  if (!root) return user_error(path, "is no StationXML: its root is not FDSNStationXML");
  for (const pugi::xml_node& network : root.children("Network")) {
    for (const pugi::xml_node& station : network.children("Station")) {
      const std::string id = fmt::format("{}.{}", network.attribute("code").value(), station.attribute("code").value());
      TEMBLOR_ASSIGN(const Coordinates place, read(station, path + ": " + id));
      entries_.insert_or_assign(id, place);
      for (const pugi::xml_node& channel : station.children("Channel")) {
        const std::string_view location = trimmed(channel.attribute("locationCode").value());
        std::string name = fmt::format("{}.{}.{}", id, location, channel.attribute("code").value());
        TEMBLOR_ASSIGN(const Coordinates own, read(channel, path + ": " + name));
        entries_.insert_or_assign(std::move(name), own);
      }
    }
  }
  return {};
}

Result<void> CoordinateTable::add_table(std::string_view text, const std::string& path) {
  std::size_t line_number = 0;
  bool headed = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = trimmed(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string_view> cells;
    for (std::string_view rest = line;;) {
      const std::size_t comma = rest.find(',');
      cells.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    const std::string where = fmt::format("{}:{}", path, line_number);
    if (!headed) {
      headed = true;
      if (cells.front() != "sensor_id") {
        return user_error(where, "the table has no heading",
                          "write sensor_id,longitude,latitude,depth into its first line");
      }
      continue;
    }
    if (cells.size() != 3 && cells.size() != 4) {
      return user_error(where, fmt::format("has {} cells, not 3 or 4", cells.size()),
                        "write sensor_id,longitude,latitude,depth");
    }
    TEMBLOR_ASSIGN(const Coordinates place, read(cells[1], cells[2], cells.size() == 4 ? cells[3] : "0", where));
    if (!entries_.emplace(cells[0], place).second) {
      return user_error(where, fmt::format("'{}' is there a second time", cells[0]));
    }
  }
  return {};
}

}  // namespace temblor::miniseed
