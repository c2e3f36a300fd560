#include "operators/window_operator.h"

#include <algorithm>

#include "base/assert.h"
#include "operators/window_close.h"

namespace temblor {
namespace {

/// So many partials lie between two looks at the same one, their waits for memory overlapping.
constexpr std::size_t kAhead = 32;

}  // namespace

WindowOperator::WindowOperator(const Settings& settings) : settings_(settings), shards_(settings.shards) {
  TEMBLOR_ASSERT(settings.shards > 0 && (settings.shards & (settings.shards - 1)) == 0);
}

void WindowOperator::merge(std::span<const Partial> partials, std::vector<RefusedPartial>& refused) {
  if (shards_.size() == 1) {
    merge_shard(shards_.front(), partials, {}, refused);
    return;
  }
  // Counting sort by shard, so that each lock is taken once.
  std::vector<std::uint32_t> order(partials.size());
  std::vector<std::uint32_t> begins(shards_.size() + 1);
  for (const Partial& partial : partials) ++begins[(partial.hash & (shards_.size() - 1)) + 1];
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
  for (std::uint32_t i = 0; i < partials.size(); ++i) order[next[partials[i].hash & (shards_.size() - 1)]++] = i;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const std::span<const std::uint32_t> which(order.data() + begins[i], order.data() + begins[i + 1]);
    if (!which.empty()) merge_shard(shards_[i], partials, which, refused);
  }
}

void WindowOperator::merge_shard(Shard& shard, std::span<const Partial> partials, std::span<const std::uint32_t> which,
                                 std::vector<RefusedPartial>& refused) {
  const std::scoped_lock lock(shard.mutex);
  const std::size_t size = which.empty() ? partials.size() : which.size();
  const auto index = [&](std::size_t i) { return which.empty() ? static_cast<std::uint32_t>(i) : which[i]; };
  // Each partial is looked at three times: its place in the index is called into the cache, then the entry that stands
  // there, then it is merged; between two looks others have their turn, so that nobody waits for memory.
  OpenWindow* windows[2 * kAhead];
  Timestamp last_start = kAfterAll;
  OpenWindow* last = nullptr;
  for (std::size_t i = 0; i < size + 2 * kAhead; ++i) {
    if (i >= 2 * kAhead) merge_one(windows[i % (2 * kAhead)], partials, index(i - 2 * kAhead), refused);
    if (i >= kAhead && i - kAhead < size) {
      const std::size_t at = i - kAhead;
      const OpenWindow* window = windows[at % (2 * kAhead)];
      if (window != nullptr) window->table.prefetch_entry(partials[index(at)].hash);
    }
    if (i >= size) continue;
    const Partial& partial = partials[index(i)];
    if (partial.window_start != last_start) {
      last_start = partial.window_start;
      const bool late = partial.window_start + settings_.window <= shard.closed_through;
      last = late ? nullptr : &open(shard, partial.window_start);
    }
    windows[i % (2 * kAhead)] = last;
    if (last != nullptr) last->table.prefetch(partial.hash);
  }
}

void WindowOperator::merge_one(OpenWindow* window, std::span<const Partial> partials, std::uint32_t index,
                               std::vector<RefusedPartial>& refused) const {
  if (window == nullptr) {
    refused.push_back({.index = index, .reason = RefusedPartial::Reason::kLate});
    return;
  }
  const Partial& partial = partials[index];
  const std::uint32_t at = window->table.find(partial.hash, partial.sensor);
  if (at != WindowTable::kNone) {
    window->table.merge(at, partial.aggregate);
  } else if (window->sensors->fetch_add(1, std::memory_order_relaxed) >= settings_.max_sensors) {
    window->sensors->fetch_sub(1, std::memory_order_relaxed);
    refused.push_back({.index = index, .reason = RefusedPartial::Reason::kSensorLimit});
  } else {
    window->table.insert(partial.hash, partial.sensor, partial.aggregate);
  }
}

WindowOperator::OpenWindow& WindowOperator::open(Shard& shard, Timestamp window_start) {
  const auto found = shard.windows.find(window_start);
  if (found != shard.windows.end()) return found->second;
  OpenWindow window{.table = WindowTable(shard.expected), .sensors = sensor_counter(window_start)};
  return shard.windows.emplace(window_start, std::move(window)).first->second;
}

std::shared_ptr<std::atomic<std::size_t>> WindowOperator::sensor_counter(Timestamp window_start) {
  const std::scoped_lock lock(counters_mutex_);
  auto& counter = counters_[window_start];
  if (!counter) counter = std::make_shared<std::atomic<std::size_t>>(0);
  return counter;
}

std::vector<WindowResults> WindowOperator::advance(Timestamp watermark) {
  // The end of the input closes what is open, and no window of a later day: a job may go on with more files.
  if (watermark == kAfterAll) watermark = end_of_last_window();
  std::map<Timestamp, std::vector<WindowTable>> closing;
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    shard.closed_through = std::max(shard.closed_through, watermark);
    while (!shard.windows.empty()) {
      const auto first = shard.windows.begin();
      if (watermark < first->first + settings_.window) break;
      shard.expected = first->second.table.size();
      closing[first->first].push_back(std::move(first->second.table));
      shard.windows.erase(first);
    }
  }
  {
    const std::scoped_lock lock(counters_mutex_);
    for (const auto& [window_start, tables] : closing) counters_.erase(window_start);
  }
  std::vector<WindowResults> results;
  results.reserve(closing.size());
  for (const auto& [window_start, tables] : closing) {
    results.push_back(close_window(window_start, window_start + settings_.window, tables));
  }
  return results;
}

Timestamp WindowOperator::end_of_last_window() const {
  Timestamp end = kBeforeAll;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    if (!shard.windows.empty()) end = std::max(end, shard.windows.rbegin()->first + settings_.window);
  }
  return end;
}

Timestamp WindowOperator::closed_through() const {
  const std::scoped_lock lock(shards_.front().mutex);
  return shards_.front().closed_through;
}

WindowSnapshot WindowOperator::freeze() {
  WindowSnapshot snapshot;
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    snapshot.closed_through = shard.closed_through;
    for (auto& [window_start, window] : shard.windows) {
      snapshot.windows.push_back({.window_start = window_start, .table = window.table.freeze()});
    }
  }
  return snapshot;
}

void WindowOperator::restore_closed_through(Timestamp closed_through) {
  for (Shard& shard : shards_) shard.closed_through = closed_through;
}

void WindowOperator::restore(Timestamp window_start, std::string_view sensor_id, std::uint64_t hash_seed,
                             const Aggregate& aggregate) {
  const SensorKey sensor(sensor_id);
  const std::uint64_t hash = sensor.hash(hash_seed);
  OpenWindow& window = open(shard_of(hash), window_start);
  window.sensors->fetch_add(1, std::memory_order_relaxed);
  window.table.insert(hash, sensor, aggregate);
}

std::size_t WindowOperator::open_results() const {
  std::size_t open = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (const auto& [window_start, window] : shard.windows) open += window.table.size();
  }
  return open;
}

std::size_t WindowOperator::memory_bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (const auto& [window_start, window] : shard.windows) bytes += window.table.memory_bytes();
  }
  return bytes;
}

}  // namespace temblor
