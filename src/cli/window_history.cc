#include "cli/window_history.h"

namespace temblor {

Result<void> HistorySink::write(const WindowResults& results) {
  for (const ResultRow& row : results.rows) {
    history_[std::string(row.sensor_id)].push_back(
        {.start = results.window_start,
         .max = row.max_amplitude,
         .min = row.min_amplitude,
         .readings = row.p_phase_count + row.s_phase_count + row.n_phase_count,
         .p_phases = row.p_phase_count,
         .s_phases = row.s_phase_count});
  }
  return {};
}

Result<void> HistorySink::commit(std::string_view /*prepared*/, std::span<const WindowResults> results) {
  for (const WindowResults& window : results) TEMBLOR_TRY(write(window));
  return {};
}

}  // namespace temblor
