#include "operators/window_close.h"

#include <algorithm>
#include <limits>

#include "operators/sensor_order.h"

namespace temblor {
namespace {

std::int32_t as_count(std::uint32_t count) {
  return static_cast<std::int32_t>(std::min<std::uint32_t>(count, std::numeric_limits<std::int32_t>::max()));
}

ResultRow row_of(const WindowEntry& entry) {
  const Aggregate& aggregate = entry.aggregate;
  return {.sensor_id = entry.sensor.id(),
          .avg_amplitude = aggregate.mean(),
          .max_amplitude = aggregate.max(),
          .min_amplitude = aggregate.min(),
          .p_phase_count = as_count(aggregate.phase_count(Phase::kP)),
          .s_phase_count = as_count(aggregate.phase_count(Phase::kS)),
          .n_phase_count = as_count(aggregate.phase_count(Phase::kNoise))};
}

}  // namespace

WindowResults close_window(Timestamp window_start, Timestamp window_end, const std::vector<WindowTable>& tables) {
  const std::vector<const WindowEntry*> order = in_order_of_sensors(tables);
  WindowResults results;
  results.window_start = window_start;
  results.window_end = window_end;
  results.rows.reserve(order.size());
  for (const WindowEntry* entry : order) results.rows.push_back(row_of(*entry));
  for (const WindowTable& table : tables) table.share_ids(results.ids);
  return results;
}

}  // namespace temblor
