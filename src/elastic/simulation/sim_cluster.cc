#include "elastic/simulation/sim_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"
#include "elastic/counter.h"

namespace temblor::elastic {
namespace {

constexpr double kStepNs = 1e9;
constexpr double kIdleCpu = 0.01;       // of its share: as seen on real nodes
constexpr double kCpuOfBusySlot = 0.9;  // of one CPU
constexpr Milliseconds kTmStop = std::chrono::seconds(1);
constexpr Milliseconds kNotRegistered = std::chrono::seconds(60);

}  // namespace

SimCluster::SimCluster(const SimSettings& settings, Timestamp start)
    : settings_(settings), random_(settings.seed), now_(start), parallelism_(settings.parallelism) {
  add_task_managers(settings.task_managers);
  refresh();
}

void SimCluster::add_task_managers(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) task_managers_.push_back({fmt::format("tm-{}", next_tm_++), 0});
}

bool SimCluster::job_works() const { return !down_until_ && !waits_for_slots_; }

double SimCluster::capacity() const {
  return job_works() ? static_cast<double>(parallelism_) * settings_.slot_rate : 0;
}

void SimCluster::step(double rate) {
  now_ += kStep;
  constexpr double kSecondsPerDay = 86'400;
  if (random_.uniform() * kSecondsPerDay < settings_.deaths_per_day) kill_task_manager();
  while (!undetected_.empty() && undetected_.front() <= now_) undetected_.pop_front();
  pass_actions();
  if (down_until_ && *down_until_ <= now_) {
    down_until_.reset();
    waits_for_slots_ = true;
  }
  if (waits_for_slots_ && slots() >= parallelism_) waits_for_slots_ = false;
  work(rate);
  use_cpu();
  // Of a job that is new they are fetched as soon as somebody asks.
  if (now_ - refreshed_at_ >= kMetricRefresh || busy_since_.size() == 1) refresh();
}

void SimCluster::work(double rate) {
  // Half of the noise is slow, with a memory of half a minute: what wavers for that long is what tempts a scaler.
  constexpr double kMemory = 1.0 / 30;
  slow_noise_ += -slow_noise_ * kMemory + random_.normal() * std::sqrt(2 * kMemory);
  const double noise = settings_.noise * (slow_noise_ + random_.normal()) / std::sqrt(2.0);
  arrived_ = std::max(0.0, rate * (1 + noise));
  const double can = capacity();
  processed_ = std::min(backlog_ + arrived_, can);
  backlog_ += arrived_ - processed_;
  counter_ += processed_;
  busy_ = can > 0 ? processed_ / can : 0;
  constexpr std::size_t kMinute = 60;
  if (busy_since_.size() == kMinute) busy_since_.pop_front();
  busy_since_.push_back(busy_);
  if (can == 0) busy_since_.clear();
}

double SimCluster::told_busy() const {
  constexpr std::size_t kFirstUpdate = 5;
  if (busy_since_.size() < kFirstUpdate) return 1;
  const double sum = std::accumulate(busy_since_.begin(), busy_since_.end(), 0.0);
  return settings_.busy_at_most * sum / static_cast<double>(busy_since_.size());
}

void SimCluster::use_cpu() {
  // Slots are filled TaskManager by TaskManager, as Flink does.
  std::int64_t left = job_works() ? parallelism_ : 0;
  for (TaskManager& tm : task_managers_) {
    const std::int64_t used = std::min(left, settings_.slots_per_tm);
    left -= used;
    tm.cpu_time_ns += kStepNs * (kIdleCpu * static_cast<double>(settings_.slots_per_tm) +
                                 kCpuOfBusySlot * busy_ * static_cast<double>(used));
  }
}

void SimCluster::refresh() {
  refreshed_at_ = now_;
  // Before the first answers of the brokers a source knows of nothing that waits.
  const bool has_read = busy_since_.size() > 1;
  seen_counter_ = has_read ? counter_ : 0;
  seen_busy_ = told_busy();
  seen_backlog_ = has_read ? backlog_ : 0;
  seen_cpu_time_ns_.clear();
  for (const TaskManager& tm : task_managers_) seen_cpu_time_ns_.push_back(tm.cpu_time_ns);
}

Observation SimCluster::observe() const {
  Observation seen{.time = now_, .job_id = fmt::format("{:032x}", job_number_)};
  seen.job_state = job_works() ? JobState::kRunning : JobState::kRestarting;
  seen.parallelism = parallelism_;
  VertexMetrics vertex{.id = "source", .name = "Source: records", .is_source = true, .parallelism = parallelism_};
  vertex.records_in = seen_counter_;
  if (settings_.reports_busy) vertex.busy = seen_busy_;
  if (settings_.reports_lag) vertex.pending = seen_backlog_;
  seen.vertices.push_back(std::move(vertex));
  std::int64_t used = job_works() ? parallelism_ : 0;
  const auto tell = [&](const std::string& id, std::optional<double> cpu_time_ns) {
    TaskManagerMetrics tm{.id = id, .host = id, .host_cpus = settings_.slots_per_tm, .cpu_time_ns = cpu_time_ns};
    tm.slots = settings_.slots_per_tm;
    tm.free_slots = settings_.slots_per_tm - std::min(used, settings_.slots_per_tm);
    used -= settings_.slots_per_tm - tm.free_slots;
    seen.task_managers.push_back(std::move(tm));
  };
  for (std::size_t i = 0; i < task_managers_.size(); ++i) {
    tell(task_managers_[i].id, i < seen_cpu_time_ns_.size() ? std::optional(seen_cpu_time_ns_[i]) : std::nullopt);
  }
  for (std::size_t i = 0; i < undetected_.size(); ++i) tell(fmt::format("dead-{}", i), std::nullopt);
  return seen;
}

void SimCluster::kill_task_manager() {
  if (task_managers_.empty()) return;
  task_managers_.erase(task_managers_.begin());
  if (!seen_cpu_time_ns_.empty()) seen_cpu_time_ns_.erase(seen_cpu_time_ns_.begin());
  undetected_.push_back(now_ + settings_.detect_death);
  down_until_ = now_ + settings_.detect_death + settings_.restart_downtime;
  counter_ = 0;
}

void SimCluster::begin(const std::vector<Action>& actions) {
  TEMBLOR_ASSERT(queue_.empty());
  for (const Action& action : actions)
    queue_.push_back({action, {}, {}, random_.uniform() < settings_.failing_actions});
  start_next();
}

void SimCluster::start_next() {
  if (queue_.empty()) return;
  UnderWay& next = queue_.front();
  const Action& action = next.action;
  next.begun = now_;
  if (action.target == Target::kTaskManagers) {
    next.ends = now_ + (action.grows() ? (next.fails ? kNotRegistered : settings_.tm_start) : kTmStop);
  } else {
    // One that fails is rolled back from the same savepoint: down twice as long.
    const Milliseconds down = settings_.rescale_downtime * (next.fails ? 2 : 1);
    next.ends = now_ + down;
    down_until_ = next.ends;
    ++job_number_;
    counter_ = 0;
  }
}

void SimCluster::pass_actions() {
  while (!queue_.empty() && queue_.front().ends <= now_) {
    const auto [action, begun, ends, fails] = queue_.front();
    queue_.pop_front();
    const bool of_job = action.target == Target::kParallelism;
    if (of_job) {
      if (!fails) parallelism_ = action.to;
    } else if (action.grows()) {
      if (!fails) add_task_managers(action.to - action.from);
    } else {
      // Those at the end are the ones that the job does not use.
      const std::int64_t kept = std::max<std::int64_t>(task_managers() - (action.from - action.to), 0);
      task_managers_.resize(static_cast<std::size_t>(kept));
      seen_cpu_time_ns_.resize(std::min(seen_cpu_time_ns_.size(), task_managers_.size()));
      if (job_works() && slots() < parallelism_) down_until_ = now_ + settings_.restart_downtime;
    }
    outcomes_.push_back(
        {!fails, fails ? "simulated failure" : "", ends - begun, of_job ? ends - begun : Milliseconds(0)});
    // What stands behind a failure needed it.
    if (fails) queue_.clear();
    start_next();
  }
}

std::vector<Outcome> SimCluster::take_outcomes() { return std::exchange(outcomes_, {}); }

}  // namespace temblor::elastic
