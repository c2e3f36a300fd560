#include "elastic/simulation/sim_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "elastic/seconds.h"
#include "elastic/texts.h"

namespace temblor::elastic {
namespace {

constexpr std::size_t kRows = 24;

double hours(Milliseconds span) { return std::chrono::duration<double, std::ratio<3600>>(span).count(); }

/// Actions in [from, to) of the simulation.
std::size_t actions_between(const SimRun& run, Milliseconds from, Milliseconds to) {
  std::size_t count = 0;
  for (const DecisionRecord& event : run.events) {
    const Milliseconds at = event.time.time_since_epoch();
    if (from <= at && at < to) count += event.decision.actions.size();
  }
  return count;
}

std::string row(const SimRun& run, std::size_t first, std::size_t last) {
  const auto& points = run.points;
  SimPoint sum{.at = points[first].at};
  for (std::size_t i = first; i < last; ++i) {
    sum.load += points[i].load;
    sum.processed += points[i].processed;
    sum.capacity += points[i].capacity;
    sum.backlog = std::max(sum.backlog, points[i].backlog);
  }
  const double count = static_cast<double>(last - first);
  const Milliseconds end = last < points.size() ? points[last].at : Milliseconds::max();
  return fmt::format("{:>9} {:>11.0f} {:>12.0f} {:>12.0f} {:>12.0f} {:>12} {:>13} {:>8}\n", sim_clock(sum.at),
                     sum.load / count, sum.processed / count, sum.capacity / count, sum.backlog,
                     points[last - 1].parallelism, points[last - 1].task_managers, actions_between(run, sum.at, end));
}

}  // namespace

std::string sim_clock(Milliseconds at) {
  const auto all = std::chrono::floor<std::chrono::seconds>(at).count();
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 3600;
  return fmt::format("{:02}:{:02}:{:02}", all / kHour, all % kHour / kMinute, all % kMinute);
}

std::string sim_table(const SimRun& run) {
  std::string text = fmt::format("{:>9} {:>11} {:>12} {:>12} {:>12} {:>12} {:>13} {:>8}\n", "from", "load/s",
                                 "processed/s", "capacity/s", "backlog max", "parallelism", "TaskManagers", "actions");
  const std::size_t rows = std::min(kRows, run.points.size());
  for (std::size_t i = 0; i < rows; ++i) {
    text += row(run, run.points.size() * i / rows, run.points.size() * (i + 1) / rows);
  }
  std::size_t actions = 0;
  for (const DecisionRecord& event : run.events) actions += event.decision.actions.size();
  const double unprocessed = std::max(0.0, run.arrived - run.processed);
  text += fmt::format(
      "\n{:.0f} records arrived, {:.0f} of them wait at the end; at most {:.0f} waited\n"
      "{} actions, {} of them soon taken back; the job was down for {:.0f} s and behind for {:.0f} s\n"
      "{:.1f} slot-hours in {:.1f} h\n",
      run.arrived, unprocessed, run.most_backlog, actions, run.reversals, seconds(run.down), seconds(run.behind),
      run.slot_hours, hours(run.length));
  return text;
}

std::string sim_events(const SimRun& run, Language language) {
  const Texts texts(language);
  std::string text;
  for (const DecisionRecord& event : run.events) {
    for (std::size_t i = 0; i < event.decision.actions.size(); ++i) {
      const Action& action = event.decision.actions[i];
      const auto& findings = event.decision.findings;
      const auto why = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& finding) { return finding.note == action.because; });
      const bool done = i < event.outcomes.size() && event.outcomes[i].done;
      text += fmt::format("{}  {}  {}  ({})\n", sim_clock(event.time.time_since_epoch()), texts.action(action),
                          done ? texts.choose("完成", "done") : texts.choose("失败", "failed"),
                          why == findings.end() ? std::string() : texts.explanation(*why));
    }
  }
  return text;
}

}  // namespace temblor::elastic
