#include "elastic/capacity.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "elastic/counter.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

/// Busy for less than this share a vertex says nothing of what it could do.
constexpr double kLeastBusy = 0.01;

struct Busy {
  double sum = 0;
  double samples = 0;
  std::int64_t parallelism = 1;
};

double beyond_tolerance(const std::optional<double>& pending, double rate, const Conf& conf) {
  return pending ? std::max(0.0, *pending - rate * seconds(conf.backlog_tolerance)) : 0;
}

}  // namespace

bool tells_of_work(const Sample& sample) {
  constexpr Milliseconds kBeginning = 5 * kMetricRefresh / 2;
  return sample.detail && sample.time - sample.detail->began >= kBeginning;
}

std::optional<double> busiest(const Sample& sample) {
  std::optional<double> result;
  if (!tells_of_work(sample)) return result;
  for (const auto& [id, vertex] : sample.detail->vertices) {
    if (vertex.busy) result = std::max(result.value_or(0), std::clamp(*vertex.busy, 0.0, 1.0));
  }
  return result;
}

std::optional<Load> load_of(std::span<const Sample> samples, const Conf& conf) {
  std::map<std::string, Busy> vertices;
  Load load;
  double known = 0;
  double behind = 0;
  std::int64_t parallelism = 1;
  const Sample* first_lag = nullptr;
  const Sample* last_lag = nullptr;
  for (const Sample& sample : samples) {
    if (!tells_of_work(sample)) continue;
    known += 1;
    if (backlog_of(sample, conf) > 0) ++behind;
    parallelism = std::max<std::int64_t>(sample.detail->parallelism, 1);
    load.processed += sample.throughput;
    if (sample.detail->pending) {
      if (first_lag == nullptr) first_lag = &sample;
      last_lag = &sample;
    }
    for (const auto& [id, vertex] : sample.detail->vertices) {
      if (!vertex.busy) continue;
      Busy& busy = vertices[id];
      busy.sum += std::clamp(*vertex.busy, 0.0, 1.0);
      busy.samples += 1;
      busy.parallelism = std::max<std::int64_t>(vertex.parallelism, 1);
    }
  }
  if (known == 0) return std::nullopt;
  load.processed /= known;
  load.arriving = load.processed;
  if (last_lag != nullptr) {
    load.pending = last_lag->detail->pending;
    if (last_lag->time > first_lag->time) {
      const double grown = *load.pending - *first_lag->detail->pending;
      load.arriving = std::max(0.0, load.processed + grown / seconds(last_lag->time - first_lag->time));
    }
  }
  // The bottleneck is the vertex that could work through the least.
  load.per_subtask = 0;
  for (const auto& [id, busy] : vertices) {
    const double share = busy.sum / busy.samples;
    load.busy = std::max(load.busy, share);
    if (share < kLeastBusy) continue;
    const double capacity = load.processed / share;
    const double per_subtask = capacity / static_cast<double>(busy.parallelism);
    if (load.per_subtask == 0 || per_subtask < load.per_subtask) load.per_subtask = per_subtask;
    if (load.capacity == 0 || capacity < load.capacity) load.capacity = capacity;
  }
  if (behind == known) {
    const double per_subtask = load.processed / static_cast<double>(parallelism);
    load.per_subtask = load.per_subtask > 0 ? std::min(load.per_subtask, per_subtask) : per_subtask;
    load.capacity = load.processed;
  }
  if (load.capacity <= 0) return std::nullopt;
  return load;
}

std::optional<double> capacity_of(std::span<const Sample> samples, const Conf& conf) {
  const auto load = load_of(samples, conf);
  return load ? std::optional(load->capacity) : std::nullopt;
}

std::int64_t parallelism_for(const Load& load, const Conf& conf) {
  const double rate = load.arriving / conf.target_utilization + backlog_of(load, conf) / seconds(conf.catch_up_time);
  // A hair over a whole number is that number.
  constexpr double kHair = 1e-6;
  constexpr double kMost = 1e9;
  return std::max<std::int64_t>(1, std::llround(std::ceil(std::min(rate / load.per_subtask, kMost) - kHair)));
}

double backlog_of(const Load& load, const Conf& conf) { return beyond_tolerance(load.pending, load.processed, conf); }

double backlog_of(const Sample& sample, const Conf& conf) {
  return sample.detail ? beyond_tolerance(sample.detail->pending, sample.throughput, conf) : 0;
}

}  // namespace temblor::elastic
