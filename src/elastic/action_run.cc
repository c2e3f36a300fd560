#include "elastic/action_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace temblor::elastic {
namespace {

// What alerts are about.
constexpr const char* kRescaleTrouble = "rescale";
constexpr const char* kFleetTrouble = "task managers";

/// JOB_ARGS as the arguments of a main method: split at blanks, as a shell does.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(" \t", begin)) != std::string::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

/// Whether there is a source of the old kind: it cannot be stopped, only cancelled, or its job fails and leaves nothing
/// behind (docs/elastic.md). It is measured, and never busy; of a source that is not measured nobody knows.
Result<bool> has_legacy_source(const Observation& seen) {
  for (const VertexMetrics& vertex : seen.vertices) {
    if (!vertex.is_source || vertex.busy) continue;
    if (vertex.is_measured) return true;
    return world_error(vertex.name, "has no metrics yet, and nobody knows whether it can be stopped",
                       "tried again with the next samples");
  }
  return false;
}

std::int64_t slots_in_reach(const Observation& seen) {
  std::int64_t slots = seen.parallelism;
  for (const TaskManagerMetrics& each : seen.task_managers) slots += each.free_slots;
  return slots;
}

}  // namespace

ActionRun::ActionRun(const Environment& environment, const Conf& conf, const std::string& conf_path, const Texts& texts,
                     Announcer& log, Alerts& alerts, flink_rest::Client& client, flink_rest::Client& patient,
                     Fleet& fleet)
    : environment_(environment),
      conf_(conf),
      texts_(texts),
      log_(log),
      alerts_(alerts),
      client_(client),
      fleet_(fleet),
      jobs_(client, patient, environment.files),
      rescale_(jobs_, environment.files, environment.clock,
               RescaleJournalFile(environment.files, RescaleJournalFile::path_in(conf.metrics_dir)), hands(conf_path),
               {.savepoint_limit = conf.savepoint_timeout, .start_limit = conf.job_start_timeout}) {}

Rescale::Hands ActionRun::hands(const std::string& conf_path) {
  Rescale::Hands hands;
  hands.new_id = [this] {
    const auto now = static_cast<std::uint64_t>(environment_.clock.now().time_since_epoch().count());
    const std::uint64_t first = hash_words(++ids_, now, environment_.hash_seed);
    return fmt::format("{:016x}{:016x}", first, hash_words(first, ids_, environment_.hash_seed + 1));
  };
  hands.name_job = [this, conf_path](const std::string& job) {
    return write_conf_value(environment_.files, conf_path, "FLINK_JOB_ID", job);
  };
  hands.end_task_manager = [this](const std::string& id, const std::string& job) { return fleet_.remove(id, job); };
  const auto warn = [this](const std::string& line) {
    log_.write(line);
    alerts_.tell(AlertLevel::kWarn, line);
  };
  hands.tell_of_stray = [this, warn](const std::string& job) { warn(texts_.stray_ended(job)); };
  hands.tell_of_double = [this, warn](const std::string& job) { warn(texts_.started_by_others(job)); };
  return hands;
}

Result<std::optional<Taken>> ActionRun::finish_what_was_begun() {
  TEMBLOR_ASSIGN(const std::optional<RescaleEnd> end, rescale_.go_on());
  if (!end) return std::nullopt;
  const RescaleJournal& journal = end->journal;
  const Action action{Target::kParallelism, journal.from, journal.to, Note::kLeftBehind};
  log_.write(texts_.finding({action.because, static_cast<double>(action.from), static_cast<double>(action.to)}));
  Outcome outcome;
  outcome.took = end->took;
  conclude(action, judge(*end, outcome), outcome);
  return Taken{action, std::move(outcome), journal.job};
}

void ActionRun::call_off() {
  for (const char* trouble : {kRescaleTrouble, kFleetTrouble}) alerts_.resolve(trouble, texts_.trouble_over(trouble));
}

Outcome ActionRun::take(const Action& action, const Result<Observation>& seen) {
  Outcome outcome;
  const auto began = environment_.clock.monotonic();
  const auto done = [&]() -> Result<void> {
    if (!seen) return tl::unexpected(seen.error());
    return action.target == Target::kTaskManagers ? change_task_managers(action, *seen, outcome)
                                                  : change_parallelism(action, *seen, outcome);
  }();
  outcome.took = std::chrono::ceil<Milliseconds>(environment_.clock.monotonic() - began);
  conclude(action, done, outcome);
  return outcome;
}

void ActionRun::conclude(const Action& action, const Result<void>& done, Outcome& outcome) {
  outcome.done = done.has_value();
  const std::string trouble = action.target == Target::kTaskManagers ? kFleetTrouble : kRescaleTrouble;
  if (done) {
    alerts_.resolve(trouble, texts_.trouble_over(texts_.action(action)));
  } else {
    outcome.error = done.error().to_line();
    log_.write(texts_.failed(outcome.error));
    alerts_.raise(AlertLevel::kError, trouble, outcome.error);
  }
}

Result<void> ActionRun::change_task_managers(const Action& action, const Observation& seen, Outcome& outcome) {
  // From what is there now: a person, or the start of a TaskManager that took too long, may have changed it since.
  const auto now = static_cast<std::int64_t>(seen.task_managers.size());
  const std::int64_t to = std::clamp(action.to, conf_.task_manager_min_num, conf_.task_manager_max_num);
  if (action.grows()) {
    for (std::int64_t i = now; i < to; ++i) TEMBLOR_TRY(fleet_.add_one());
    return {};
  }
  for (std::int64_t i = now; i > to; --i) {
    TEMBLOR_TRY(can_spare_one(seen.parallelism));
    TEMBLOR_ASSIGN(const bool removed, fleet_.remove_free_one());
    if (removed) continue;
    // Slots are to spare, but on TaskManagers that are all in use: the job is moved together first.
    TEMBLOR_ASSIGN(RescaleJournal move, plan(seen, seen.parallelism));
    TEMBLOR_ASSIGN(move.task_manager, fleet_.first_to_end(seen.job_id));
    return rescale(std::move(move), outcome);
  }
  return {};
}

Result<void> ActionRun::can_spare_one(std::int64_t parallelism) {
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> now, client_.task_managers());
  std::int64_t slots = 0;
  std::int64_t used = 0;
  for (const flink_rest::TaskManager& each : now) {
    slots += each.slots;
    used += std::int64_t{each.slots} - each.free_slots;
  }
  const auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(now.size()));
  const std::int64_t left = slots - std::max(conf_.slots_per_tm, (slots + count - 1) / count);  // as it was decided by
  const std::int64_t needed = std::max(used, parallelism);
  if (left >= needed) return {};
  return world_error("TaskManagers", fmt::format("{} slots are needed, and one fewer would leave {}", needed, left),
                     "the cluster has changed since the decision; the next samples decide anew");
}

Result<void> ActionRun::change_parallelism(const Action& action, const Observation& seen, Outcome& outcome) {
  TEMBLOR_ASSIGN(RescaleJournal planned, plan(seen, action.to));
  if (action.to > slots_in_reach(seen)) TEMBLOR_TRY(make_room(action.to));
  return rescale(std::move(planned), outcome);
}

Result<void> ActionRun::rescale(RescaleJournal plan, Outcome& outcome) {
  log_.write(texts_.savepoint_begins(conf_.savepoint_dir));
  TEMBLOR_ASSIGN(const RescaleEnd end, rescale_.begin(std::move(plan)));
  return judge(end, outcome);
}

/// Slots first: a job that does not fit is refused, and it would have ended for nothing.
Result<void> ActionRun::make_room(std::int64_t parallelism) {
  while (true) {
    TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> now, client_.task_managers());
    std::int64_t slots = 0;
    for (const flink_rest::TaskManager& each : now) slots += each.slots;
    if (slots >= parallelism) return {};
    if (static_cast<std::int64_t>(now.size()) >= conf_.task_manager_max_num) {
      return world_error("parallelism " + std::to_string(parallelism),
                         fmt::format("needs more than the {} slots of {} TaskManagers", slots, now.size()),
                         "raise TASK_MANAGER_MAX_NUM");
    }
    TEMBLOR_TRY(fleet_.add_one());
  }
}

Result<void> ActionRun::judge(const RescaleEnd& end, Outcome& outcome) {
  const RescaleJournal& journal = end.journal;
  outcome.downtime = end.job_was_down;
  switch (end.kind) {
    case RescaleEnd::Kind::kDone:
      log_.write(texts_.savepoint_done(journal.savepoint));
      log_.write(texts_.rescaled(journal.from, journal.to, journal.job, end.job_was_down));
      if (journal.tm_trouble.empty()) return {};
      return world_error("TaskManager " + journal.task_manager, "has not ended: " + journal.tm_trouble,
                         "the job was moved for it and runs on");
    case RescaleEnd::Kind::kWentBack:
      outcome.went_back = true;
      log_.write(texts_.rolled_back(journal.from));
      return world_error("parallelism " + std::to_string(journal.to), "the job did not come to run: " + journal.trouble,
                         "it runs at " + std::to_string(journal.from) + " again, from " + journal.savepoint);
    case RescaleEnd::Kind::kNotBegun:
      return world_error("job " + journal.old_job, "no savepoint was taken: " + journal.trouble,
                         "it runs on; see that SAVEPOINT_DIR can be written to on every node");
    case RescaleEnd::Kind::kTakenOver:
      return world_error("job " + journal.old_job,
                         "others have started job " + journal.job + " in its place, which is named in the conf now",
                         "nothing was started from " + journal.savepoint);
    case RescaleEnd::Kind::kLost:
      break;
  }
  return world_error("job " + journal.old_job, "has ended and left no savepoint: " + journal.trouble,
                     "start it by hand, from the newest savepoint or checkpoint there is");
}

Result<RescaleJournal> ActionRun::plan(const Observation& seen, std::int64_t to) const {
  RescaleJournal journal;
  journal.old_job = seen.job_id;
  TEMBLOR_ASSIGN(journal.cancel, has_legacy_source(seen));
  journal.savepoint_dir = conf_.savepoint_dir;
  journal.from = static_cast<std::uint32_t>(seen.parallelism);
  journal.to = static_cast<std::uint32_t>(to);
  journal.jar = conf_.job_jar;
  journal.main_class = conf_.job_main_class;
  journal.arguments = words_of(conf_.job_args);
  return journal;
}

}  // namespace temblor::elastic
