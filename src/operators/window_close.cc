#include "operators/window_close.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace temblor {
namespace {

/// A sensor id's first 16 bytes as numbers that compare like them, so that sorting rarely looks at the id itself.
struct SortKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  const WindowEntry* entry = nullptr;

  explicit SortKey(const WindowEntry& window_entry) : entry(&window_entry) {
    char bytes[16] = {};
    const std::string_view id = window_entry.sensor_id;
    std::memcpy(bytes, id.data(), std::min(id.size(), sizeof(bytes)));
    std::memcpy(&first, bytes, 8);
    std::memcpy(&second, bytes + 8, 8);
    first = __builtin_bswap64(first);
    second = __builtin_bswap64(second);
  }

  bool operator<(const SortKey& other) const {
    if (first != other.first) return first < other.first;
    if (second != other.second) return second < other.second;
    return entry->sensor_id < other.entry->sensor_id;
  }
};

std::int32_t as_count(std::uint32_t count) {
  return static_cast<std::int32_t>(std::min<std::uint32_t>(count, std::numeric_limits<std::int32_t>::max()));
}

ResultRow row_of(const WindowEntry& entry) {
  const Aggregate& aggregate = entry.aggregate;
  return {.sensor_id = entry.sensor_id,
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
    for (auto& chunk : table.ids()) results.ids.push_back(std::move(chunk));
  }
  std::sort(order.begin(), order.end());

  results.window_start = window_start;
  results.window_end = window_end;
  results.rows.reserve(size);
  for (const SortKey& key : order) results.rows.push_back(row_of(*key.entry));
  return results;
}

}  // namespace temblor
