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
  std::set<std::string> stations;  ///< `NET.STA`, those that picked
  double strength = 0;             ///< the largest swing, in units of the quiet swing of its own sensor
};

/// The swing of a sensor in quiet times: the median over all windows, at least a tiny positive number.
double quiet_swing(const std::vector<SensorWindow>& windows);

/// `NET.STA` of `NET.STA.LOC.CHA`; any other id is a station of its own.
std::string station_of(std::string_view sensor_id);

/// Finds earthquakes in windows by coincidence: a window counts where at least two stations (the only one, where there
/// is one) picked a P or an S in it; what lies less than kSameEvent apart is one event. In the order of time. A small
/// earthquake between two noisy seconds is no peak of the amplitude everywhere, but its onset is picked; how far it
/// stands out is told by the strength. It is made for showing what windows can tell, not for a bulletin.
std::vector<ShakingEvent> find_events(const WindowHistory& history);

inline constexpr Milliseconds kSameEvent{4000};

}  // namespace temblor
