#pragma once

#include <string>
#include <vector>

#include "cli/event_search.h"
#include "cli/window_history.h"

namespace temblor {

/// How wide and how colourful a picture may be.
struct PictureStyle {
  std::size_t columns = 100;  ///< at least 40
  bool colour = false;        ///< ANSI colours, for a terminal
};

/// The history as text: a row of bars for each sensor, each on its own logarithmic scale from its quiet swing to its
/// largest, a time axis, and under it the events' numbers. At most kMostRows sensors.
std::string draw_history(const WindowHistory& history, const std::vector<ShakingEvent>& events,
                         const PictureStyle& style);

/// A line for each event: number, time, a bar for its strength, stations.
std::string list_events(const std::vector<ShakingEvent>& events, const PictureStyle& style);

inline constexpr std::size_t kMostRows = 40;

}  // namespace temblor
