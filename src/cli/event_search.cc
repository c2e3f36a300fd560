#include "cli/event_search.h"

#include <algorithm>
#include <map>

namespace temblor {
namespace {

/// `values` are not empty.
double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Who picked something in one window.
struct Shaking {
  std::set<std::string> stations;
  double strength = 0;
};

}  // namespace

double quiet_swing(const std::vector<SensorWindow>& windows) {
  constexpr double kTiny = 1e-9;  // a sensor that never moves has a background all the same
  if (windows.empty()) return kTiny;
  std::vector<double> swings;
  for (const SensorWindow& window : windows) swings.push_back(window.swing());
  return std::max(median(std::move(swings)), kTiny);
}

std::string station_of(std::string_view sensor_id) {
  if (std::count(sensor_id.begin(), sensor_id.end(), '.') != 3) return std::string(sensor_id);
  return std::string(sensor_id.substr(0, sensor_id.find('.', sensor_id.find('.') + 1)));
}

std::vector<ShakingEvent> find_events(const WindowHistory& history) {
  std::map<Timestamp, Shaking> shaking;
  std::set<std::string> stations;
  for (const auto& [id, windows] : history) {
    const std::string station = station_of(id);
    stations.insert(station);
    const double quiet = quiet_swing(windows);
    for (const SensorWindow& window : windows) {
      if (window.p_phases + window.s_phases == 0) continue;
      Shaking& now = shaking[window.start];
      now.stations.insert(station);
      now.strength = std::max(now.strength, window.swing() / quiet);
    }
  }
  const std::size_t needed = std::min<std::size_t>(2, stations.size());
  std::vector<ShakingEvent> events;
  for (const auto& [start, now] : shaking) {
    if (now.stations.size() < needed) continue;
    if (events.empty() || start - events.back().last >= kSameEvent) {
      events.push_back({.start = start, .last = start, .peak = start, .stations = {}, .strength = 0});
    }
    ShakingEvent& event = events.back();
    event.last = start;
    event.stations.insert(now.stations.begin(), now.stations.end());
    if (now.strength > event.strength) {
      event.strength = now.strength;
      event.peak = start;
    }
  }
  return events;
}

}  // namespace temblor
