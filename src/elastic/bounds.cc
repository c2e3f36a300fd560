#include "elastic/bounds.h"

#include <algorithm>

#include "elastic/debounce.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

double number(std::int64_t n) { return static_cast<double>(n); }

/// Takes the wishes through all that limits them, one after the other.
class Bounds {
 public:
  Bounds(const Situation& situation, const Wishes& wishes, std::vector<Finding>& findings)
      : conf_(situation.conf),
        cluster_(situation.cluster),
        situation_(situation),
        wishes_(wishes),
        findings_(findings),
        parallelism_(cluster_.parallelism),
        task_managers_(cluster_.task_managers) {}

  std::vector<Action> actions() {
    const auto wished_out = [](const auto& wish, std::int64_t now) { return wish && wish->to > now; };
    const auto wished_in = [](const auto& wish, std::int64_t now) { return wish && wish->to < now; };
    if (wished_out(wishes_.parallelism, cluster_.parallelism)) grow_parallelism(*wishes_.parallelism);
    if (wished_out(wishes_.task_managers, cluster_.task_managers)) grow_task_managers(*wishes_.task_managers);
    add_grown();
    if (wished_in(wishes_.parallelism, cluster_.parallelism)) shrink_parallelism(*wishes_.parallelism);
    if (wished_in(wishes_.task_managers, cluster_.task_managers)) shrink_task_managers(*wishes_.task_managers);
    return std::move(actions_);
  }

 private:
  void find(Note note, double first = 0, double second = 0) {
    // One line says it, whichever of the wishes came upon it first.
    const Finding finding{note, first, second};
    if (std::find(findings_.begin(), findings_.end(), finding) == findings_.end()) findings_.push_back(finding);
  }

  void grow_parallelism(const Wish& wish) {
    if (cluster_.parallelism == 0) return find(Note::kNoJob);
    if (cluster_.parallelism >= conf_.parallelism_max) {
      return find(Note::kParallelismAtMax, number(cluster_.parallelism), number(conf_.parallelism_max));
    }
    std::int64_t to = std::min(wish.to, conf_.parallelism_max);
    if (cluster_.max_parallelism > 0 && to > cluster_.max_parallelism) {
      to = cluster_.max_parallelism;
      find(Note::kParallelismCeiling, number(cluster_.parallelism), number(cluster_.max_parallelism));
    }
    const std::int64_t others = cluster_.others_slots();
    const std::int64_t more = std::max<std::int64_t>(0, conf_.task_manager_max_num - cluster_.task_managers);
    const std::int64_t slots = cluster_.slots + more * conf_.slots_per_tm;
    if (others + to > slots) {
      find(Note::kSlotsAtMax, number(others + to), number(slots));
      to = slots - others;
    }
    if (to <= cluster_.parallelism || !may_rescale_job() || !may_grow()) return;
    parallelism_ = to;
    grown_because_ = wish.because;
    const std::int64_t missing = others + to - cluster_.slots;
    if (missing <= 0) return;
    task_managers_ = cluster_.task_managers + (missing + conf_.slots_per_tm - 1) / conf_.slots_per_tm;
    added_because_ = wish.because;
  }

  void grow_task_managers(const Wish& wish) {
    if (cluster_.task_managers >= conf_.task_manager_max_num) {
      return find(Note::kTmAtMax, number(cluster_.task_managers), number(conf_.task_manager_max_num));
    }
    if (wish.because != Note::kTmMissing && !may_grow()) return;
    const std::int64_t to = std::min(wish.to, conf_.task_manager_max_num);
    if (to > task_managers_) task_managers_ = to;
    added_because_ = wish.because;
  }

  void add_grown() {
    if (task_managers_ > cluster_.task_managers) {
      actions_.push_back({Target::kTaskManagers, cluster_.task_managers, task_managers_, added_because_});
    }
    if (parallelism_ > cluster_.parallelism) {
      actions_.push_back({Target::kParallelism, cluster_.parallelism, parallelism_, grown_because_});
    }
  }

  void shrink_parallelism(const Wish& wish) {
    if (cluster_.parallelism == 0) return find(Note::kNoJob);
    if (cluster_.parallelism <= conf_.parallelism_min) {
      return find(Note::kParallelismAtMin, number(cluster_.parallelism), number(conf_.parallelism_min));
    }
    if (!may_rescale_job() || !may_shrink()) return;
    parallelism_ = std::max(wish.to, conf_.parallelism_min);
    actions_.push_back({Target::kParallelism, cluster_.parallelism, parallelism_, wish.because});
  }

  void shrink_task_managers(const Wish& wish) {
    if (cluster_.task_managers <= conf_.task_manager_min_num) {
      return find(Note::kTmAtMin, number(cluster_.task_managers), number(conf_.task_manager_min_num));
    }
    // More TaskManagers are on their way for the job's sake.
    if (task_managers_ > cluster_.task_managers) return;
    const std::int64_t to = std::max(wish.to, conf_.task_manager_min_num);
    const std::int64_t needed = cluster_.others_slots() + parallelism_;
    // Which one will go is not known yet: the largest.
    const std::int64_t each =
        std::max(conf_.slots_per_tm, (cluster_.slots + cluster_.task_managers - 1) / cluster_.task_managers);
    const std::int64_t removable = std::max<std::int64_t>(0, cluster_.slots - needed) / each;
    if (removable == 0) return find(Note::kSlotsInUse, number(needed), number(cluster_.slots - each));
    if (cluster_.job_state == JobState::kRestarting || cluster_.job_state == JobState::kUnknown) {
      return find(Note::kJobRestarting);
    }
    // The job may have to be moved out of the way of the one that goes, which is a rescale too.
    if (waits_after_failures() || !may_shrink()) return;
    task_managers_ = std::max(to, cluster_.task_managers - removable);
    actions_.push_back({Target::kTaskManagers, cluster_.task_managers, task_managers_, wish.because});
  }

  bool may_rescale_job() {
    if (cluster_.job_state != JobState::kRunning) {
      find(Note::kJobRestarting);
      return false;
    }
    return !waits_after_failures();
  }

  /// A rescale that went back took the job down in vain; what was in its way is hardly gone a moment later.
  bool waits_after_failures() {
    const std::int64_t failures = situation_.memory.failed_rescales;
    const Milliseconds left = left_of(pause_after_failures(failures));
    if (left <= Milliseconds(0)) return false;
    find(Note::kRescalesFailed, number(failures), seconds(left));
    return true;
  }

  bool may_grow() { return !is_excluded() && !cools_down(conf_.cooldown_out, Note::kCooldownOut); }

  bool may_shrink() {
    // What is measured while a job comes back is no lack of load.
    for (const Sample& sample : newest_over(situation_.samples, conf_.trigger_duration)) {
      if (sample.detail && (sample.detail->began_again || sample.detail->job_state == JobState::kRestarting)) {
        find(Note::kJobRestarting);
        return false;
      }
    }
    const auto& detail = situation_.samples.back().detail;
    const double rate = situation_.samples.back().throughput;
    const double tolerated = rate * seconds(conf_.backlog_tolerance);
    if (detail && detail->pending.value_or(0) > tolerated) {
      find(Note::kBacklogWorkedOff, *detail->pending);
      return false;
    }
    return !is_excluded() && !cools_down(conf_.cooldown_in, Note::kCooldownIn);
  }

  bool is_excluded() {
    const auto& windows = conf_.exclude_windows;
    const bool excluded = std::any_of(windows.begin(), windows.end(),
                                      [&](const DailyWindow& w) { return w.contains(situation_.time_of_day); });
    if (excluded) find(Note::kExcluded);
    return excluded;
  }

  /// What is left of a time after the last action of either direction.
  [[nodiscard]] Milliseconds left_of(Milliseconds time) const {
    Milliseconds left{};
    for (const auto& last : {situation_.memory.last_out, situation_.memory.last_in}) {
      // An action in the future was noted by a clock that has been set back since: nobody knows how long ago it was.
      if (last && *last <= situation_.now) left = std::max(left, *last + time - situation_.now);
    }
    return left;
  }

  /// Each action throws the measurements out for a while.
  bool cools_down(Milliseconds cooldown, Note note) {
    const Milliseconds left = left_of(cooldown);
    if (left <= Milliseconds(0)) return false;
    find(note, seconds(left));
    return true;
  }

  const Conf& conf_;
  const Cluster& cluster_;
  const Situation& situation_;
  const Wishes& wishes_;
  std::vector<Finding>& findings_;
  std::vector<Action> actions_{};
  std::int64_t parallelism_;    ///< as it will be
  std::int64_t task_managers_;  ///< as they will be
  Note grown_because_ = Note::kNormal;
  Note added_because_ = Note::kNormal;
};

}  // namespace

std::vector<Action> actions_for(const Situation& situation, const Wishes& wishes, std::vector<Finding>& findings) {
  return Bounds(situation, wishes, findings).actions();
}

}  // namespace temblor::elastic
