#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace temblor {

/// The result of one sensor in one window, the fields of SeismicAggRecord. `sensor_id` lives as long as the
/// WindowResults it stands in.
struct ResultRow {
  std::string_view sensor_id;
  float avg_amplitude = 0;  ///< the float nearest to the exact mean
  float max_amplitude = 0;
  float min_amplitude = 0;
  std::int32_t p_phase_count = 0;
  std::int32_t s_phase_count = 0;
  std::int32_t n_phase_count = 0;
};

/// All results of one closed window, rows sorted by sensor id (bytewise). A window is emitted once, whole.
/// Movable, not copyable: rows point into `ids`.
struct WindowResults {
  Timestamp window_start{};  ///< part of the window
  Timestamp window_end{};    ///< not part of the window
  std::vector<ResultRow> rows;
  std::vector<std::shared_ptr<const void>> ids;  ///< keeps alive what the rows' sensor ids point to

  WindowResults() = default;
  WindowResults(WindowResults&&) = default;
  WindowResults& operator=(WindowResults&&) = default;
  WindowResults(const WindowResults&) = delete;
  WindowResults& operator=(const WindowResults&) = delete;
};

}  // namespace temblor
