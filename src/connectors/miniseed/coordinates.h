#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace temblor::miniseed {

/// Where a sensor stands. All zero where nothing is known.
struct Coordinates {
  double longitude = 0;    ///< degrees, −180 … 180
  double latitude = 0;     ///< degrees, −90 … 90
  std::int32_t depth = 0;  ///< metres below the surface
};

/// Coordinates of channels, by NET.STA.LOC.CHA, or by NET.STA for all channels of a station.
class CoordinateTable {
 public:
  /// Reads a StationXML file (its name ends in `.xml`) or a table: lines `sensor_id,longitude,latitude[,depth]`, the
  /// first line a heading, lines that begin with # skipped. In StationXML the last epoch in the file counts.
  /// https://docs.fdsn.org/projects/stationxml
  static Result<CoordinateTable> load(FileSystem& files, const std::string& path);

  /// The entry of the channel, else of its station, else zeros.
  [[nodiscard]] Coordinates of(std::string_view sensor_id) const;

 private:
  Result<void> add_xml(const std::string& text, const std::string& path);
  Result<void> add_table(std::string_view text, const std::string& path);

  std::map<std::string, Coordinates, std::less<>> entries_;
};

}  // namespace temblor::miniseed
