#include "elastic/simulation/load_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/assert.h"

namespace temblor::elastic {
namespace {

constexpr double kMsPerSecond = 1000;
constexpr double kMostSeconds = 366.0 * 86'400;

std::optional<double> number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return whole && std::isfinite(value) && value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

LoadTrace::LoadTrace(std::vector<Point> points) : points_(std::move(points)) { TEMBLOR_ASSERT(!points_.empty()); }

Result<LoadTrace> LoadTrace::parse(std::string_view csv, const std::string& path) {
  std::vector<Point> points;
  std::size_t line_number = 0;
  while (!csv.empty()) {
    ++line_number;
    const std::size_t end = std::min(csv.find('\n'), csv.size());
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t comma = line.find(',');
    const auto seconds = number(line.substr(0, comma));
    const auto rate = comma == std::string_view::npos ? std::nullopt : number(line.substr(comma + 1));
    if (!seconds && points.empty() && line_number == 1) continue;  // a heading
    const std::string place = fmt::format("{}:{}", path, line_number);
    if (!seconds || !rate || *seconds > kMostSeconds) {
      return user_error(place, fmt::format("\"{}\" is no point of a load", line.substr(0, 60)),
                        "write seconds,records_per_second, such as 3600,1200");
    }
    const Milliseconds at(std::llround(*seconds * kMsPerSecond));
    if (!points.empty() && at < points.back().at) {
      return user_error(place, "goes back in time", "sort the points by their seconds");
    }
    points.push_back({at, *rate});
  }
  if (points.empty()) return user_error(path, "has no points", "write lines of seconds,records_per_second");
  return LoadTrace(std::move(points));
}

double LoadTrace::rate_at(Milliseconds at) const {
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), at, [](Milliseconds t, const Point& p) { return t < p.at; });
  if (after == points_.begin()) return points_.front().rate;
  if (after == points_.end()) return points_.back().rate;
  const Point& before = *(after - 1);
  const double share =
      std::chrono::duration<double>(at - before.at) / std::chrono::duration<double>(after->at - before.at);
  return before.rate + share * (after->rate - before.rate);
}

}  // namespace temblor::elastic
