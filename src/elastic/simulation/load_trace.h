#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// The largest file of a load that is read, bytes: half a year, minute by minute, takes 5 MiB.
inline constexpr std::size_t kLoadTraceBytes = std::size_t{64} << 20;

/// How many records arrive each second, over time: straight lines between the points.
class LoadTrace {
 public:
  struct Point {
    Milliseconds at{};  ///< since the beginning
    double rate = 0;    ///< records/s
  };

  /// Points later than the one before; at least one.
  explicit LoadTrace(std::vector<Point> points);

  /// Reads CSV, `seconds,records_per_second`; a heading, empty lines and `#` comments may be there. A step is two
  /// points at the same second. Errors are the user's and name `path:line`.
  static Result<LoadTrace> parse(std::string_view csv, const std::string& path);

  /// Before the first point its rate, after the last the last one's.
  [[nodiscard]] double rate_at(Milliseconds at) const;
  /// When the last point is.
  [[nodiscard]] Milliseconds length() const { return points_.back().at; }

 private:
  std::vector<Point> points_;
};

}  // namespace temblor::elastic
