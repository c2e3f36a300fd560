#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "elastic/alerts.h"
#include "elastic/announcer.h"
#include "elastic/conf.h"
#include "elastic/decision.h"
#include "elastic/decision_log.h"
#include "elastic/fleet.h"
#include "elastic/observation.h"
#include "elastic/rescale.h"
#include "elastic/rest_flink_jobs.h"
#include "elastic/texts.h"

namespace temblor::elastic {

/// An action that was taken.
struct Taken {
  Action action;
  Outcome outcome;
  std::string job;  ///< the one that runs since, where one does
};

/// Carries out what was decided, on the real cluster. Made for one decision; one thread at a time. All that it is given
/// outlives it.
class ActionRun {
 public:
  /// `patient` asks for what takes its time (rest_flink_jobs.h).
  ActionRun(const Environment& environment, const Conf& conf, const std::string& conf_path, const Texts& texts,
            Announcer& log, Alerts& alerts, flink_rest::Client& client, flink_rest::Client& patient, Fleet& fleet);

  /// Goes on with a change of parallelism that another process left behind; nothing where none was. An error is what
  /// keeps it from its end: it is still left behind.
  Result<std::optional<Taken>> finish_what_was_begun();

  /// Nothing is to be done: what could not be done before is no trouble any more.
  void call_off();

  /// Takes one action. `seen` is the cluster as it is now, or why it cannot be seen: then the action has failed.
  Outcome take(const Action& action, const Result<Observation>& seen);

 private:
  Rescale::Hands hands(const std::string& conf_path);
  /// Tells what came of an action.
  void conclude(const Action& action, const Result<void>& done, Outcome& outcome);
  Result<void> change_task_managers(const Action& action, const Observation& seen, Outcome& outcome);
  /// That the jobs keep their slots with one TaskManager fewer.
  Result<void> can_spare_one(std::int64_t parallelism);
  Result<void> change_parallelism(const Action& action, const Observation& seen, Outcome& outcome);
  Result<void> rescale(RescaleJournal plan, Outcome& outcome);
  Result<void> make_room(std::int64_t parallelism);
  /// Says what came of a rescale; an error where the job is not as it was to be.
  Result<void> judge(const RescaleEnd& end, Outcome& outcome);
  [[nodiscard]] Result<RescaleJournal> plan(const Observation& seen, std::int64_t to) const;

  const Environment& environment_;
  const Conf& conf_;
  const Texts& texts_;
  Announcer& log_;
  Alerts& alerts_;
  flink_rest::Client& client_;
  Fleet& fleet_;
  RestFlinkJobs jobs_;
  std::uint64_t ids_ = 0;
  Rescale rescale_;
};

}  // namespace temblor::elastic
