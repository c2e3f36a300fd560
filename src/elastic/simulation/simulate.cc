#include "elastic/simulation/simulate.h"

#include <algorithm>

#include "base/assert.h"
#include "elastic/decide.h"
#include "elastic/measure.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

constexpr Timestamp kBegin = timestamp_from_ms(0);

/// The scaler of the simulation: what `loop` does, without files.
class SimScaler {
 public:
  explicit SimScaler(const Conf& conf) : conf_(conf) {}

  /// Goes on at a second of the cluster's clock; adds to `events` what it decides to do.
  void pass(SimCluster& cluster, std::vector<DecisionRecord>& events) {
    // Like the real one it waits for its actions.
    if (cluster.acts()) return;
    if (acting_) end_actions(cluster, events.back());
    if (cluster.now() < next_) return;
    next_ = cluster.now() + conf_.loop_interval;
    sample(cluster);
    const Situation situation = situation_at(cluster);
    const Decision decision = decide(situation);
    if (decision.actions.empty()) return;
    events.push_back(record_of(situation, decision));
    cluster.begin(decision.actions);
    acting_ = true;
  }

 private:
  void sample(const SimCluster& cluster) {
    newest_ = measure(newest_ ? &*newest_ : nullptr, cluster.observe());
    samples_.push_back(*newest_);
    // Only the next sample asks for these, and a thousand TaskManagers have a thousand.
    samples_.back().detail->cpu_time.clear();
    const Milliseconds asked_for = std::max(conf_.scale_in_window, conf_.trigger_duration) + 3 * conf_.loop_interval;
    const auto old = [&](const Sample& sample) { return cluster.now() - sample.time > asked_for; };
    samples_.erase(samples_.begin(), std::find_if_not(samples_.begin(), samples_.end(), old));
  }

  [[nodiscard]] Situation situation_at(const SimCluster& cluster) const {
    constexpr std::chrono::minutes kDay = std::chrono::hours(24);
    return {.conf = conf_,
            .samples = samples_,
            .cluster = cluster_of(cluster.observe()),
            .memory = memory_,
            .now = cluster.now(),
            .time_of_day = std::chrono::floor<std::chrono::minutes>(cluster.now().time_since_epoch()) % kDay};
  }

  void end_actions(SimCluster& cluster, DecisionRecord& record) {
    acting_ = false;
    record.outcomes = cluster.take_outcomes();
    memory_ = remember(memory_, record.decision.actions, cluster.now(), {}, record.capacity);
    samples_.clear();
  }

  const Conf& conf_;
  std::vector<Sample> samples_{};  ///< unspent ones
  std::optional<Sample> newest_{};
  Memory memory_{};
  Timestamp next_ = kBegin;
  bool acting_ = false;
};

std::size_t count_reversals(const std::vector<DecisionRecord>& events) {
  constexpr Milliseconds kSoon = std::chrono::minutes(10);
  std::size_t count = 0;
  for (const Target target : {Target::kParallelism, Target::kTaskManagers}) {
    const Action* before = nullptr;
    Timestamp when{};
    for (const DecisionRecord& event : events) {
      for (const Action& action : event.decision.actions) {
        if (action.target != target) continue;
        if (before != nullptr && before->grows() != action.grows() && event.time - when < kSoon) ++count;
        before = &action;
        when = event.time;
      }
    }
  }
  return count;
}

/// Adds a second to a point; its rates are sums until finish().
void add_second(SimPoint& point, const SimCluster& cluster) {
  point.load += cluster.arrived();
  point.processed += cluster.processed();
  point.capacity += cluster.capacity();
  point.backlog = std::max(point.backlog, cluster.backlog());
  point.parallelism = cluster.parallelism();
  point.task_managers = cluster.task_managers();
}

void finish(SimPoint& point, double seconds) {
  point.load /= seconds;
  point.processed /= seconds;
  point.capacity /= seconds;
}

}  // namespace

SimRun simulate(const Conf& conf, const SimSettings& settings, const LoadTrace& load, Milliseconds duration,
                std::size_t points, const std::vector<SimIncident>& incidents) {
  TEMBLOR_ASSERT(points > 0);
  SimCluster cluster(settings, kBegin);
  SimScaler scaler(conf);
  SimRun run;
  const std::int64_t steps = std::max<std::int64_t>(duration / kStep, 1);
  const std::int64_t per_point = (steps + static_cast<std::int64_t>(points) - 1) / static_cast<std::int64_t>(points);
  const double tolerance_s = seconds(conf.backlog_tolerance);
  std::int64_t in_point = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const Milliseconds at = step * kStep;
    for (const SimIncident& incident : incidents) {
      if (incident.at == at) incident.happens(cluster);
    }
    cluster.step(load.rate_at(at));
    scaler.pass(cluster, run.events);
    if (in_point == 0) run.points.push_back({.at = at});
    add_second(run.points.back(), cluster);
    if (++in_point == per_point || step + 1 == steps) {
      finish(run.points.back(), static_cast<double>(in_point));
      in_point = 0;
    }
    run.arrived += cluster.arrived();
    run.processed += cluster.processed();
    run.most_backlog = std::max(run.most_backlog, cluster.backlog());
    if (!cluster.job_works()) run.down += kStep;
    if (cluster.backlog() > tolerance_s * cluster.arrived()) run.behind += kStep;
    constexpr double kSecondsPerHour = 3600;
    run.slot_hours += static_cast<double>(cluster.task_managers() * settings.slots_per_tm) / kSecondsPerHour;
  }
  run.length = steps * kStep;
  run.reversals = count_reversals(run.events);
  return run;
}

}  // namespace temblor::elastic
