#include "elastic/threshold_policy.h"

#include "elastic/capacity.h"
#include "elastic/debounce.h"

namespace temblor::elastic {
namespace {

constexpr std::int64_t kParallelismOut = 2;
constexpr std::int64_t kParallelismIn = 1;

/// One of the four bounds, and what its crossing means.
struct Bound {
  double Sample::*indicator;
  double bound;
  bool upper;
  Note held;
  Note not_yet;

  [[nodiscard]] bool crossed_by(const Sample& sample) const {
    return upper ? sample.*indicator > bound : sample.*indicator < bound;
  }
};

/// Adds what there is to be said of the bound; true where it has been crossed for long enough.
bool judge(const Bound& bound, std::span<const Sample> samples, Milliseconds duration, std::vector<Finding>& findings) {
  const Held crossed = held(samples, [&](const Sample& sample) { return bound.crossed_by(sample); });
  if (crossed.for_at_least(duration)) {
    findings.push_back({bound.held, samples.back().*bound.indicator, bound.bound});
    return true;
  }
  if (crossed.samples > 0) {
    using Seconds = std::chrono::duration<double>;
    findings.push_back({bound.not_yet, Seconds(crossed.span).count(), Seconds(duration).count()});
  }
  return false;
}

}  // namespace

Wishes threshold_wishes(const Situation& situation, std::span<const Sample> samples) {
  const Conf& conf = situation.conf;
  const Cluster& cluster = situation.cluster;
  Wishes wishes;
  const auto crossed = [&](const Bound& bound) {
    return judge(bound, samples, conf.trigger_duration, wishes.findings);
  };
  if (crossed({&Sample::throughput, conf.throughput_upper, true, Note::kThroughputHigh, Note::kThroughputHighYet})) {
    wishes.parallelism = Wish{cluster.parallelism + kParallelismOut, Note::kThroughputHigh};
  } else if (crossed(
                 {&Sample::throughput, conf.throughput_lower, false, Note::kThroughputLow, Note::kThroughputLowYet})) {
    wishes.parallelism = Wish{cluster.parallelism - kParallelismIn, Note::kThroughputLow};
  }
  if (crossed({&Sample::cpu, conf.cpu_load_upper, true, Note::kCpuHigh, Note::kCpuHighYet})) {
    wishes.task_managers = Wish{cluster.task_managers + 1, Note::kCpuHigh};
  } else if (crossed({&Sample::cpu, conf.cpu_load_lower, false, Note::kCpuLow, Note::kCpuLowYet})) {
    wishes.task_managers = Wish{cluster.task_managers - 1, Note::kCpuLow};
  }
  wishes.capacity = capacity_of(newest_over(samples, conf.trigger_duration), conf).value_or(0);
  return wishes;
}

}  // namespace temblor::elastic
