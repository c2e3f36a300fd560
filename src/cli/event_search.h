#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "cli/window_history.h"

namespace temblor {

/// A time in which the ground shook at several stations at once.
struct ShakingEvent {
  Timestamp start{};               ///< the first window
  Timestamp last{};                ///< the last window
  Timestamp peak{};                ///< the window with the largest swing
  std::set<std::string> stations;  ///< `NET.STA`, those that stood out
  double strength = 0;             ///< the largest swing, in units of the quiet swing of its own sensor
};

/// The swing of a sensor in quiet times, and how much that usually varies. Both are at least a tiny positive number.
struct Background {
  double quiet = 0;      ///< the median over all windows
  double deviation = 0;  ///< a robust standard deviation: 1.4826 times the median absolute deviation
};
Background background_of(const std::vector<SensorWindow>& windows);

/// `NET.STA` of `NET.STA.LOC.CHA`; any other id is a station of its own.
std::string station_of(std::string_view sensor_id);

/// Finds earthquakes in windows by coincidence: a window counts where at least two stations (the only one, where there
/// is one) swing more than kStandsOut deviations above their background; what lies less than kSameEvent apart is one
/// event. In the order of time. It is made for showing what windows can tell, not for a bulletin.
std::vector<ShakingEvent> find_events(const WindowHistory& history);

inline constexpr double kStandsOut = 8;
inline constexpr Milliseconds kSameEvent{4000};

}  // namespace temblor
