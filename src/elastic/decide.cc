#include "elastic/decide.h"

#include <algorithm>
#include <array>

#include "elastic/bounds.h"
#include "elastic/capacity.h"
#include "elastic/debounce.h"
#include "elastic/model_policy.h"
#include "elastic/threshold_policy.h"

namespace temblor::elastic {
namespace {

/// The samples that belong together; a loop that is slower than SAMPLE_GAP_MAX is meant to be.
std::span<const Sample> recent_of(const Situation& situation) {
  const Conf& conf = situation.conf;
  return recent(situation.samples, situation.now, std::max(conf.sample_gap_max, 3 * conf.loop_interval));
}

/// TaskManagers that the cluster is short of for its minimum and for the slots of the job it has.
std::int64_t needed_task_managers(const Conf& conf, std::int64_t parallelism, std::int64_t others) {
  const std::int64_t for_slots = (others + parallelism + conf.slots_per_tm - 1) / conf.slots_per_tm;
  return std::min(std::max(conf.task_manager_min_num, for_slots), conf.task_manager_max_num);
}

/// TaskManagers that died are replaced, once that has been so for as long as any condition: a JobManager that comes
/// back misses all of them for some seconds.
void judge_missing(const Situation& situation, std::span<const Sample> samples, Wishes& wishes) {
  const Cluster& cluster = situation.cluster;
  const std::int64_t needed = needed_task_managers(situation.conf, cluster.parallelism, cluster.others_slots());
  if (cluster.task_managers >= needed) return;
  const Held missing = held(samples, [&](const Sample& s) { return s.detail && s.detail->task_managers < needed; });
  if (!missing.for_at_least(situation.conf.trigger_duration)) return;
  wishes.findings.push_back(
      {Note::kTmMissing, static_cast<double>(cluster.task_managers), static_cast<double>(needed)});
  wishes.task_managers = Wish{needed, Note::kTmMissing};
}

/// Whether the last growing brought so little that another one would be in vain; a threshold that asks for it all the
/// same has its way, as it is documented.
void judge_effect(const Situation& situation, Wishes& wishes) {
  constexpr double kLeastGrowth = 1.2;  // a smaller one is lost in the noise of what is measured
  const auto& growth = situation.memory.growth;
  const Conf& conf = situation.conf;
  if (!growth || growth->capacity_before <= 0 || wishes.capacity <= 0 || growth->to != situation.cluster.parallelism ||
      situation.now > growth->time + conf.ineffective_pause || situation.now < growth->time) {
    return;
  }
  const double times = static_cast<double>(growth->to) / static_cast<double>(growth->from);
  if (times < kLeastGrowth || !wishes.parallelism || wishes.parallelism->to <= situation.cluster.parallelism) return;
  const double hoped_for = growth->capacity_before * (times - 1);
  if (wishes.capacity - growth->capacity_before >= conf.effectiveness_min * hoped_for) return;
  wishes.findings.push_back({Note::kInVain, growth->capacity_before, wishes.capacity});
  if (conf.policy == Policy::kModel) wishes.parallelism.reset();
}

}  // namespace

Decision decide(const Situation& situation) {
  Decision decision;
  if (situation.paused) {
    decision.findings.push_back({Note::kPaused});
    return decision;
  }
  const auto samples = recent_of(situation);
  if (samples.size() < kLeastSamples) {
    decision.findings.push_back(
        {Note::kTooFewSamples, static_cast<double>(samples.size()), static_cast<double>(kLeastSamples)});
    return decision;
  }
  Wishes wishes =
      situation.conf.policy == Policy::kModel ? model_wishes(situation, samples) : threshold_wishes(situation, samples);
  judge_missing(situation, samples, wishes);
  judge_effect(situation, wishes);
  decision.findings = wishes.findings;
  decision.actions = actions_for(situation, wishes, decision.findings);
  if (decision.findings.empty()) decision.findings.push_back({Note::kNormal});
  return decision;
}

bool is_settled(const Decision& decision) {
  constexpr std::array kOpen = {Note::kTooFewSamples,    Note::kPaused,
                                Note::kExcluded,         Note::kNoJob,
                                Note::kJobRestarting,    Note::kThroughputHighYet,
                                Note::kThroughputLowYet, Note::kCpuHighYet,
                                Note::kCpuLowYet,        Note::kBusyHighYet,
                                Note::kBusyLowYet,       Note::kUnknownCapacity,
                                Note::kBacklogWorkedOff, Note::kCooldownOut,
                                Note::kCooldownIn,       Note::kRescalesFailed};
  const auto is_open = [&](const Finding& finding) {
    return std::find(kOpen.begin(), kOpen.end(), finding.note) != kOpen.end();
  };
  return decision.actions.empty() && std::none_of(decision.findings.begin(), decision.findings.end(), is_open);
}

double capacity_in(const Situation& situation) {
  const auto samples = recent_of(situation);
  return capacity_of(newest_over(samples, situation.conf.trigger_duration), situation.conf).value_or(0);
}

}  // namespace temblor::elastic
