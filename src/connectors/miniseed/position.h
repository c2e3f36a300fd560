#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/miniseed/segment_clock.h"
#include "connectors/miniseed/trigger.h"

namespace temblor::miniseed {

/// What a channel's reader needs to go on as if it had never stopped.
struct Place {
  std::uint64_t samples_before = 0;  ///< of the channel in all that lies before the extent
  std::string path;                  ///< of the file; with `extent` it finds the extent again, also among more files
  std::uint64_t extent = 0;          ///< where in the file the extent begins
  std::uint64_t record = 0;          ///< where the record begins that is next, or the extent's end
  std::uint64_t samples_done = 0;    ///< of that record
  SegmentClock::State clock;
  Trigger::State trigger;
};

/// `place` as text: numbers apart by spaces, floating point as bits, the path last.
std::string to_state(const Place& place);

/// Reads what to_state wrote; nothing where it is something else.
std::optional<Place> from_state(std::string_view state);

}  // namespace temblor::miniseed
