#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace temblor::elastic {

/// Something that a decision found out. Each has a line in the log (texts.h) and up to two numbers, named here.
enum class Note : std::uint8_t {
  kNormal,             ///< no threshold is crossed
  kTooFewSamples,      ///< samples there are, samples needed
  kPaused,             ///< a person has paused the scaler
  kExcluded,           ///< now lies in one of EXCLUDE_WINDOWS
  kNoJob,              ///< there is no job to rescale
  kJobRestarting,      ///< the job is not (wholly) running
  kThroughputHigh,     ///< records/s, bound
  kThroughputLow,      ///< records/s, bound
  kCpuHigh,            ///< load, bound
  kCpuLow,             ///< load, bound
  kThroughputHighYet,  ///< over the bound, but not for long enough: seconds so far, seconds needed; so the next three
  kThroughputLowYet,
  kCpuHighYet,
  kCpuLowYet,
  kBusyHigh,     ///< utilisation, bound
  kBusyLow,      ///< utilisation, bound
  kBusyHighYet,  ///< seconds so far, seconds needed; so the next
  kBusyLowYet,
  kBacklogHigh,       ///< records that wait, seconds in which they are to be worked off
  kTmSurplus,         ///< TaskManagers there are, TaskManagers needed
  kTmMissing,         ///< TaskManagers there are, TaskManagers needed: some have died
  kUnknownCapacity,   ///< no busy time: the model has nothing to go by
  kParallelismAtMax,  ///< parallelism, bound; so the next three
  kParallelismAtMin,
  kTmAtMax,
  kTmAtMin,
  kParallelismCeiling,  ///< parallelism, the job's maximum parallelism
  kSlotsAtMax,          ///< slots needed, slots that can be had
  kSlotsInUse,          ///< slots the job needs, slots there would be: a TaskManager is kept
  kBacklogWorkedOff,    ///< records that wait: no shrinking
  kCooldownOut,         ///< seconds left
  kCooldownIn,          ///< seconds left
  kInVain,              ///< capacity before growing and after it, records/s
  kRescalesFailed,      ///< changes of parallelism in a row that went back, seconds left
  kLeftBehind,          ///< parallelism from, to: a change that another process had begun and not finished
};

/// Their names in files; no two are equal.
inline constexpr std::array<std::pair<Note, std::string_view>, 35> kNoteNames = {{
    {Note::kNormal, "normal"},
    {Note::kTooFewSamples, "too_few_samples"},
    {Note::kPaused, "paused"},
    {Note::kExcluded, "excluded"},
    {Note::kNoJob, "no_job"},
    {Note::kJobRestarting, "job_restarting"},
    {Note::kThroughputHigh, "throughput_high"},
    {Note::kThroughputLow, "throughput_low"},
    {Note::kCpuHigh, "cpu_high"},
    {Note::kCpuLow, "cpu_low"},
    {Note::kThroughputHighYet, "throughput_high_yet"},
    {Note::kThroughputLowYet, "throughput_low_yet"},
    {Note::kCpuHighYet, "cpu_high_yet"},
    {Note::kCpuLowYet, "cpu_low_yet"},
    {Note::kBusyHigh, "busy_high"},
    {Note::kBusyLow, "busy_low"},
    {Note::kBusyHighYet, "busy_high_yet"},
    {Note::kBusyLowYet, "busy_low_yet"},
    {Note::kBacklogHigh, "backlog_high"},
    {Note::kTmSurplus, "tm_surplus"},
    {Note::kTmMissing, "tm_missing"},
    {Note::kUnknownCapacity, "unknown_capacity"},
    {Note::kParallelismAtMax, "parallelism_at_max"},
    {Note::kParallelismAtMin, "parallelism_at_min"},
    {Note::kTmAtMax, "tm_at_max"},
    {Note::kTmAtMin, "tm_at_min"},
    {Note::kParallelismCeiling, "parallelism_ceiling"},
    {Note::kSlotsAtMax, "slots_at_max"},
    {Note::kSlotsInUse, "slots_in_use"},
    {Note::kBacklogWorkedOff, "backlog_worked_off"},
    {Note::kCooldownOut, "cooldown_out"},
    {Note::kCooldownIn, "cooldown_in"},
    {Note::kInVain, "in_vain"},
    {Note::kRescalesFailed, "rescales_failed"},
    {Note::kLeftBehind, "left_behind"},
}};

struct Finding {
  Note note = Note::kNormal;
  double first = 0;
  double second = 0;

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What an action changes.
enum class Target : std::uint8_t { kParallelism, kTaskManagers };

struct Action {
  Target target = Target::kParallelism;
  std::int64_t from = 0;  ///< as the cluster is when the decision is taken
  std::int64_t to = 0;
  Note because = Note::kNormal;

  [[nodiscard]] bool grows() const { return to > from; }
  friend bool operator==(const Action&, const Action&) = default;
};

/// What is to be done, and why, or why not.
struct Decision {
  std::vector<Finding> findings;  ///< in the order in which the log tells them; never empty
  std::vector<Action> actions;    ///< in the order in which they are to be taken; at most one for each target
};

}  // namespace temblor::elastic
