#include "operators/window_close.h"

#include <algorithm>
#include <limits>

namespace temblor {
namespace {

/// Sorting by the first 16 bytes as numbers rarely has to look at the id itself.
struct SortKey {
  std::pair<std::uint64_t, std::uint64_t> prefix;
  const WindowEntry* entry = nullptr;

  explicit SortKey(const WindowEntry& window_entry) : prefix(window_entry.sensor.prefix()), entry(&window_entry) {}

  bool operator<(const SortKey& other) const {
    if (prefix != other.prefix) return prefix < other.prefix;
    return entry->sensor.id() < other.entry->sensor.id();
  }
};

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
  std::size_t size = 0;
  for (const WindowTable& table : tables) size += table.size();

  std::vector<SortKey> order;
  order.reserve(size);
  WindowResults results;
  for (const WindowTable& table : tables) {
    for (std::uint32_t at = 0; at < table.size(); ++at) order.emplace_back(table.entry(at));
    table.share_ids(results.ids);
  }
  std::sort(order.begin(), order.end());

  results.window_start = window_start;
  results.window_end = window_end;
  results.rows.reserve(size);
  for (const SortKey& key : order) results.rows.push_back(row_of(*key.entry));
  return results;
}

}  // namespace temblor
