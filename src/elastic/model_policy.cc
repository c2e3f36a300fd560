#include "elastic/model_policy.h"

#include <algorithm>
#include <cmath>

#include "elastic/capacity.h"
#include "elastic/debounce.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

std::int64_t rounded_up(double number) {
  constexpr double kMost = 1e9;
  return std::llround(std::ceil(std::min(number, kMost)));
}

/// The policy at work on one situation.
class Model {
 public:
  Model(const Situation& situation, std::span<const Sample> samples)
      : conf_(situation.conf), cluster_(situation.cluster), samples_(samples) {
    constexpr Milliseconds kFresh = std::chrono::hours(24);
    const auto& growth = situation.memory.growth;
    if (growth && growth->from > 0 && situation.now - growth->time < kFresh) {
      seen_per_subtask_ = growth->capacity_before / static_cast<double>(growth->from);
    }
  }

  Wishes wishes() {
    const auto load = load_of(newest_over(samples_, conf_.trigger_duration), conf_);
    if (load) {
      wishes_.capacity = load->capacity;
      judge_out(*load);
      if (!wishes_.parallelism) judge_in(*load);
    } else if (quiet(samples_.back())) {
      judge_idle();
    } else if (samples_.back().detail && !tells_of_work(samples_.back())) {
      wishes_.findings.push_back({Note::kJobRestarting});
    } else {
      wishes_.findings.push_back({Note::kUnknownCapacity});
    }
    judge_task_managers();
    return std::move(wishes_);
  }

 private:
  [[nodiscard]] double lower() const { return conf_.target_utilization - conf_.utilization_band; }
  [[nodiscard]] Milliseconds window() const { return std::max(conf_.scale_in_window, conf_.trigger_duration); }

  /// A job that says it has little to do, and leaves nothing waiting.
  [[nodiscard]] bool quiet(const Sample& sample) const {
    return busiest(sample).value_or(1) < lower() && use_of(sample) < lower() && backlog_of(sample, conf_) <= 0;
  }

  /// The share of what its subtasks could do at their limit; 0 where that was never seen.
  [[nodiscard]] double use_of(const Sample& sample) const {
    const double most = seen_per_subtask_ * static_cast<double>(cluster_.parallelism);
    return most > 0 ? sample.throughput / most : 0;
  }

  /// With some patience: a job sized for exactly that time would else grow again by one whenever its load wavers.
  [[nodiscard]] bool works_off_in_time(const Load& load) const {
    constexpr double kPatience = 1.5;
    const double backlog = backlog_of(load, conf_);
    return backlog <= 0 || (load.capacity - load.arriving) * seconds(conf_.catch_up_time) * kPatience >= backlog;
  }

  void judge_out(const Load& load) {
    const double upper = conf_.target_utilization + conf_.utilization_band;
    const Held busy = held(samples_, [&](const Sample& s) { return busiest(s).value_or(0) > std::min(upper, 0.99); });
    const Held waiting = held(samples_, [&](const Sample& s) { return backlog_of(s, conf_) > 0; });
    const bool behind = waiting.for_at_least(conf_.trigger_duration) && !works_off_in_time(load);
    if (!behind && (!busy.for_at_least(conf_.trigger_duration) || does_less())) {
      const Milliseconds span = does_less() ? Milliseconds(0) : busy.span;
      if (busy.samples > 0) {
        wishes_.findings.push_back({Note::kBusyHighYet, seconds(span), seconds(conf_.trigger_duration)});
      }
      return;
    }
    // Working off what waits keeps a job busy, and is no reason to grow while it will be done in time.
    const std::int64_t needed = parallelism_for(load, conf_);
    if (needed <= cluster_.parallelism) return;
    if (!behind && backlog_of(load, conf_) > 0 && works_off_in_time(load)) return;
    wishes_.findings.push_back(behind ? Finding{Note::kBacklogHigh, *load.pending, seconds(conf_.catch_up_time)}
                                      : Finding{Note::kBusyHigh, load.busy, upper});
    wishes_.parallelism = Wish{needed, wishes_.findings.back().note};
  }

  /// Whether the job processes less than it did a while ago: its busy time, the mean of a minute, is of before then.
  [[nodiscard]] bool does_less() const {
    constexpr double kNoise = 0.9;
    double most = 0;
    for (const Sample& sample : newest_over(samples_, conf_.trigger_duration)) {
      if (tells_of_work(sample)) most = std::max(most, sample.throughput);
    }
    return samples_.back().throughput < kNoise * most;
  }

  void judge_in(const Load& load) {
    if (std::max(need_of(load), conf_.parallelism_min) >= cluster_.parallelism) return;
    const Held held_quiet = quiet_for();
    if (held_quiet.samples == 0) return;
    if (!held_quiet.for_at_least(window())) {
      wishes_.findings.push_back({Note::kBusyLowYet, seconds(held_quiet.span), seconds(window())});
      return;
    }
    shrink_to(largest_need(samples_.last(held_quiet.samples)), load.busy);
  }

  /// Nothing arrives: what the job could do is not to be seen, and it does not matter.
  void judge_idle() {
    if (quiet_for().for_at_least(window())) shrink_to(conf_.parallelism_min, busiest(samples_.back()).value_or(0));
  }

  [[nodiscard]] Held quiet_for() const {
    return held(samples_, [&](const Sample& sample) { return quiet(sample); });
  }

  void shrink_to(std::int64_t needed, double busy) {
    if (needed >= cluster_.parallelism || cluster_.parallelism <= conf_.parallelism_min) return;
    wishes_.findings.push_back({Note::kBusyLow, busy, lower()});
    wishes_.parallelism = Wish{needed, Note::kBusyLow};
  }

  /// A subtask that could not do more when it was at its limit will not do more, however idle it says it is by now.
  [[nodiscard]] std::int64_t need_of(Load load) const {
    if (seen_per_subtask_ > 0) load.per_subtask = std::min(load.per_subtask, seen_per_subtask_);
    return parallelism_for(load, conf_);
  }

  /// Over each stretch of TRIGGER_DURATION in the window.
  [[nodiscard]] std::int64_t largest_need(std::span<const Sample> samples) const {
    std::int64_t most = 1;
    for (std::size_t size = samples.size(); size >= kLeastSamples; --size) {
      const auto stretch = newest_over(samples.first(size), conf_.trigger_duration);
      if (const auto load = load_of(stretch, conf_)) most = std::max(most, need_of(*load));
      if (stretch.data() == samples.data()) break;
    }
    return most;
  }

  void judge_task_managers() {
    const std::int64_t parallelism = std::clamp(wishes_.parallelism ? wishes_.parallelism->to : cluster_.parallelism,
                                                conf_.parallelism_min, conf_.parallelism_max);
    const std::int64_t slots = std::max(parallelism, wishes_.parallelism ? 0 : cluster_.parallelism);
    const std::int64_t for_slots = (slots + cluster_.others_slots() + conf_.slots_per_tm - 1) / conf_.slots_per_tm;
    // A job that works something off is meant to use its CPUs; whether it is large enough has been judged above.
    constexpr double kSaturated = 0.99;
    const Held hot = held(samples_, [&](const Sample& s) {
      const bool begins = s.detail && !tells_of_work(s);
      return s.cpu > conf_.cpu_load_upper && !begins && backlog_of(s, conf_) <= 0 &&
             busiest(s).value_or(0) < kSaturated;
    });
    if (hot.for_at_least(conf_.trigger_duration)) {
      wishes_.findings.push_back({Note::kCpuHigh, samples_.back().cpu, conf_.cpu_load_upper});
      const auto needed =
          std::max({for_slots, for_cpu(newest_over(samples_, conf_.trigger_duration)), cluster_.task_managers + 1});
      wishes_.task_managers = Wish{needed, Note::kCpuHigh};
      return;
    }
    // What is missing for the parallelism is added with it (bounds.h).
    const Held cool = held(samples_, [&](const Sample& s) { return s.cpu <= conf_.cpu_load_upper; });
    if (!cool.for_at_least(window())) return;
    const std::int64_t needed = std::max({for_slots, for_cpu(samples_.last(cool.samples)), conf_.task_manager_min_num});
    if (needed >= cluster_.task_managers) return;
    wishes_.findings.push_back(
        {Note::kTmSurplus, static_cast<double>(cluster_.task_managers), static_cast<double>(needed)});
    wishes_.task_managers = Wish{needed, Note::kTmSurplus};
  }

  /// TaskManagers among which the CPU time of the hottest sample would be used as TARGET_UTILIZATION says.
  [[nodiscard]] std::int64_t for_cpu(std::span<const Sample> samples) const {
    double most = 0;
    for (const Sample& sample : samples) most = std::max(most, sample.cpu);
    return rounded_up(most * static_cast<double>(cluster_.task_managers) / conf_.target_utilization);
  }

  const Conf& conf_;
  const Cluster& cluster_;
  std::span<const Sample> samples_;
  double seen_per_subtask_ = 0;  ///< records/s of one when the job grew last; 0: not known
  Wishes wishes_{};
};

}  // namespace

Wishes model_wishes(const Situation& situation, std::span<const Sample> samples) {
  return Model(situation, samples).wishes();
}

}  // namespace temblor::elastic
