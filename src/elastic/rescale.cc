#include "elastic/rescale.h"

#include <algorithm>
#include <utility>

namespace temblor::elastic {
namespace {

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Result<RescaleEnd> Rescale::begin(RescaleJournal plan) {
  plan.step = RescaleStep::kStopping;
  plan.began = clock_.now();
  plan.trigger = hands_.new_id();
  plan.job = hands_.new_id();
  TEMBLOR_ASSIGN(const auto before, journal_.read());
  if (before) plan.strays = before->strays;
  TEMBLOR_ASSIGN(const std::optional<FlinkJob> old_job, jobs_.job(plan.old_job));
  if (old_job) TEMBLOR_TRY(note_neighbours(plan, *old_job));
  TEMBLOR_ASSIGN(plan.older_savepoints, savepoints_of(plan));
  TEMBLOR_TRY(journal_.write(plan));
  return carry_out(std::move(plan));
}

Result<std::optional<RescaleEnd>> Rescale::go_on() {
  TEMBLOR_ASSIGN(auto journal, journal_.read());
  if (!journal) return std::nullopt;
  if (journal->over) {
    TEMBLOR_ASSIGN(const bool goes_on, watch(*journal));
    if (!goes_on) return std::nullopt;
  }
  TEMBLOR_ASSIGN(RescaleEnd end, carry_out(std::move(*journal)));
  return end;
}

Result<RescaleEnd> Rescale::carry_out(RescaleJournal journal) {
  while (true) {
    switch (journal.step) {
      case RescaleStep::kStopping: {
        TEMBLOR_ASSIGN(const Stopped stopped, stop(journal));
        if (stopped == Stopped::kNotAtAll) return finish(journal, RescaleEnd::Kind::kNotBegun);
        if (stopped == Stopped::kWithout) return finish(journal, RescaleEnd::Kind::kLost);
        journal.ended = clock_.now();
        journal.unheard.reset();
        TEMBLOR_TRY(advance(journal, journal.task_manager.empty() ? RescaleStep::kStarting : RescaleStep::kEndingTm));
        break;
      }
      case RescaleStep::kEndingTm:
        // One that stays is no reason to keep the job waiting.
        if (const auto ended = hands_.end_task_manager(journal.task_manager, journal.old_job); !ended) {
          journal.tm_trouble = ended.error().to_line();
        }
        TEMBLOR_TRY(advance(journal, RescaleStep::kStarting));
        break;
      case RescaleStep::kStarting: {
        TEMBLOR_ASSIGN(const Started started, start(journal, journal.to));
        if (started == Started::kDoesNot) abandon(journal);
        TEMBLOR_TRY(advance(journal, started == Started::kDoesNot ? RescaleStep::kGoingBack : RescaleStep::kNaming));
        break;
      }
      case RescaleStep::kGoingBack: {
        // A start that was said to be refused may have come through all the same.
        TEMBLOR_TRY(end_abandoned(journal));
        TEMBLOR_ASSIGN(const Started started, start(journal, journal.from));
        if (started != Started::kDoesNot) {
          TEMBLOR_TRY(advance(journal, RescaleStep::kNaming));
          break;
        }
        abandon(journal);
        TEMBLOR_TRY(journal_.write(journal));
        return world_error(
            "job " + journal.old_job,
            "has ended with a savepoint and does not start again, at its old parallelism neither: " + journal.trouble,
            "tried again in the next round, from " + journal.savepoint);
      }
      case RescaleStep::kNaming: {
        const bool went_back = !journal.abandoned_jobs.empty();
        TEMBLOR_TRY(hands_.name_job(journal.job));
        // What has come through since must not run beside it.
        TEMBLOR_TRY(end_abandoned(journal));
        TEMBLOR_TRY(end_strays(journal));
        if (journal.is_others) return finish(journal, RescaleEnd::Kind::kTakenOver);
        // Those of others are theirs to end.
        TEMBLOR_ASSIGN(const std::vector<std::string> doubles, started_by_others(journal));
        for (const std::string& job : doubles) hands_.tell_of_double(job);
        return finish(journal, went_back ? RescaleEnd::Kind::kWentBack : RescaleEnd::Kind::kDone);
      }
    }
  }
}

Result<Rescale::Stopped> Rescale::stop(RescaleJournal& journal) {
  const auto deadline = clock_.monotonic() + settings_.savepoint_limit;
  const StopRequest request{
      .job = journal.old_job, .trigger = journal.trigger, .directory = journal.savepoint_dir, .cancel = journal.cancel};
  bool refused = false;
  while (true) {
    TEMBLOR_ASSIGN(const SavepointState savepoint, jobs_.savepoint(journal.old_job, journal.trigger));
    TEMBLOR_ASSIGN(const std::optional<FlinkJob> job, jobs_.job(journal.old_job));
    const bool is_over = !job || job->is_over;
    if (savepoint.progress == SavepointState::Progress::kCompleted) {
      journal.savepoint = savepoint.path;
      if (is_over) return Stopped::kWithSavepoint;
    } else if (savepoint.progress != SavepointState::Progress::kInProgress) {
      if (!savepoint.cause.empty()) journal.trouble = savepoint.cause;
      if (is_over) {
        TEMBLOR_ASSIGN(const bool found, find_savepoint(journal));
        if (found) return Stopped::kWithSavepoint;
        if (journal.trouble.empty()) journal.trouble = "the job ended before its savepoint was taken";
        return Stopped::kWithout;
      }
      if (job->all_run) {
        const bool failed = savepoint.progress == SavepointState::Progress::kFailed;
        if (failed || (refused && !may_come_through(journal))) return Stopped::kNotAtAll;
        if (!refused) {
          TEMBLOR_TRY(note_neighbours(journal, *job));
          // Without an answer it is asked again: by its trigger it is the same savepoint.
          TEMBLOR_ASSIGN(const std::optional<Reply> reply, send(journal, [&] { return jobs_.stop(request); }));
          refused = reply && !reply->accepted;  // or so it seems: the next look tells
        }
      }
    }
    if (clock_.monotonic() > deadline) {
      return world_error("job " + journal.old_job,
                         "is not ended with a savepoint after " + temblor::to_string(settings_.savepoint_limit),
                         "waited for on in the next round");
    }
    clock_.sleep_for(settings_.poll);
  }
}

Result<std::optional<Reply>> Rescale::send(RescaleJournal& journal, const std::function<Result<Reply>()>& request) {
  // Noted first: this process may be killed before it hears the answer.
  const std::optional<Timestamp> before = std::exchange(journal.unheard, clock_.now());
  TEMBLOR_TRY(journal_.write(journal));
  const auto reply = request();
  if (!reply) {
    journal.unheard = clock_.now();
    journal.trouble = reply.error().to_line();
    return std::nullopt;
  }
  journal.unheard = before;
  if (!reply->accepted) journal.trouble = reply->cause;
  return *reply;
}

bool Rescale::may_come_through(const RescaleJournal& journal) const {
  const Timestamp now = clock_.now();
  return journal.unheard && *journal.unheard <= now && now - *journal.unheard < settings_.late_limit;
}

Result<void> Rescale::note_neighbours(RescaleJournal& journal, const FlinkJob& old_job) {
  journal.name = old_job.name;
  TEMBLOR_ASSIGN(journal.neighbours, jobs_.running(journal.name));
  std::erase(journal.neighbours, journal.old_job);
  return {};
}

Result<std::vector<std::string>> Rescale::started_by_others(const RescaleJournal& journal) {
  if (journal.name.empty()) return std::vector<std::string>();
  TEMBLOR_ASSIGN(std::vector<std::string> jobs, jobs_.running(journal.name));
  std::erase_if(jobs, [&](const std::string& job) {
    return job == journal.job || job == journal.old_job || holds(journal.neighbours, job) ||
           holds(journal.abandoned_jobs, job) || holds(journal.strays, job);
  });
  return jobs;
}

Result<bool> Rescale::take_over(RescaleJournal& journal) {
  TEMBLOR_ASSIGN(const std::vector<std::string> jobs, started_by_others(journal));
  if (jobs.empty()) return false;
  if (jobs.size() > 1) {
    return world_error(
        "job " + journal.old_job,
        "has ended with a savepoint, and others have started more than one in its place: " + jobs[0] + ", " + jobs[1],
        "end all but one; it was " + journal.savepoint);
  }
  abandon(journal);
  journal.job = jobs[0];
  journal.is_others = true;
  return true;
}

Result<Rescale::Started> Rescale::start(RescaleJournal& journal, std::uint32_t parallelism) {
  const StartRequest request{.job = journal.job,
                             .savepoint = journal.savepoint,
                             .parallelism = parallelism,
                             .jar = journal.jar,
                             .main_class = journal.main_class,
                             .arguments = journal.arguments};
  std::optional<std::chrono::nanoseconds> deadline;  // from when it is seen on
  bool is_unheard = false;                           // what this process asked for last
  while (true) {
    TEMBLOR_ASSIGN(const std::optional<FlinkJob> job, jobs_.job(journal.job));
    if (job) {
      if (job->is_over) {
        TEMBLOR_ASSIGN(const std::string why, jobs_.failure(journal.job));
        journal.trouble = "it is " + job->state + (why.empty() ? "" : ": " + why);
        return Started::kDoesNot;
      }
      if (job->all_run) return Started::kRuns;
      if (!deadline) deadline = clock_.monotonic() + settings_.start_limit;
      if (clock_.monotonic() > *deadline) {
        journal.trouble = "not all of its tasks run after " + temblor::to_string(settings_.start_limit);
        TEMBLOR_TRY(end(journal.job));
        return Started::kDoesNot;
      }
    } else if (journal.attempts < settings_.start_attempts && !(is_unheard && may_come_through(journal))) {
      // People who find no job while nobody goes on with it start one themselves.
      TEMBLOR_ASSIGN(const bool by_others, take_over(journal));
      if (by_others) return Started::kByOthers;
      ++journal.attempts;
      TEMBLOR_ASSIGN(const std::optional<Reply> reply, send(journal, [&] { return jobs_.start(request); }));
      is_unheard = !reply;
    } else if (!may_come_through(journal)) {
      return Started::kDoesNot;
    }
    clock_.sleep_for(settings_.poll);
  }
}

void Rescale::abandon(RescaleJournal& journal) {
  // The oldest have had the most time to come through.
  constexpr std::size_t kMost = 32;
  auto& abandoned = journal.abandoned_jobs;
  auto& strays = journal.strays;
  if (abandoned.size() == kMost) abandoned.erase(abandoned.begin());
  if (journal.unheard) {
    if (strays.size() == kMost) strays.erase(strays.begin());
    strays.push_back(journal.job);
  }
  abandoned.push_back(std::exchange(journal.job, hands_.new_id()));
  journal.attempts = 0;
  journal.unheard.reset();
}

Result<void> Rescale::end_abandoned(const RescaleJournal& journal) {
  for (const std::string& job : journal.abandoned_jobs) TEMBLOR_TRY(end(job));
  return {};
}

Result<void> Rescale::end(const std::string& job) {
  const auto deadline = clock_.monotonic() + settings_.start_limit;
  bool asked = false;
  while (true) {
    TEMBLOR_ASSIGN(const std::optional<FlinkJob> state, jobs_.job(job));
    if (!state || state->is_over) return {};
    if (!asked) TEMBLOR_TRY(jobs_.cancel(job));
    asked = true;
    if (clock_.monotonic() > deadline) {
      return world_error("job " + job, "is not cancelled after " + temblor::to_string(settings_.start_limit),
                         "waited for on in the next round");
    }
    clock_.sleep_for(settings_.poll);
  }
}

/// Flink names a savepoint after the first six digits of its job; what has no _metadata is none yet.
Result<std::vector<std::string>> Rescale::savepoints_of(const RescaleJournal& journal) {
  std::vector<std::string> found;
  if (!files_.exists(journal.savepoint_dir)) return found;
  TEMBLOR_ASSIGN(const std::vector<std::string> names, files_.list(journal.savepoint_dir));
  const std::string prefix = "savepoint-" + journal.old_job.substr(0, 6) + "-";
  for (const std::string& name : names) {
    if (!name.starts_with(prefix) || holds(journal.older_savepoints, name)) continue;
    if (files_.exists(journal.savepoint_dir + "/" + name + "/_metadata")) found.push_back(name);
  }
  return found;
}

/// For when the JobManager does not remember: it may have been started anew, or have failed the stop after the
/// savepoint.
Result<bool> Rescale::find_savepoint(RescaleJournal& journal) {
  if (!journal.savepoint.empty()) return true;
  TEMBLOR_ASSIGN(const std::vector<std::string> names, savepoints_of(journal));
  if (names.empty()) return false;
  journal.savepoint = journal.savepoint_dir + "/" + names.front();
  return true;
}

Result<void> Rescale::advance(RescaleJournal& journal, RescaleStep step) {
  journal.step = step;
  return journal_.write(journal);
}

Result<RescaleEnd> Rescale::finish(RescaleJournal journal, RescaleEnd::Kind kind) {
  const Timestamp now = clock_.now();
  RescaleEnd end{.kind = kind,
                 .journal = journal,
                 .took = std::max(Milliseconds(0), now - journal.began),
                 .job_was_down = journal.ended ? std::max(Milliseconds(0), now - *journal.ended) : Milliseconds(0)};
  if (kind == RescaleEnd::Kind::kNotBegun) {
    journal.job = journal.old_job;
  } else {
    journal.unheard.reset();  // a start of the job that runs: by its id it is refused
  }
  if (kind != RescaleEnd::Kind::kLost && (journal.unheard || !journal.strays.empty())) {
    journal.over = now;
    TEMBLOR_TRY(journal_.write(journal));
  } else {
    TEMBLOR_TRY(journal_.remove());
  }
  return end;
}

Result<bool> Rescale::watch(RescaleJournal& journal) {
  const RescaleJournal before = journal;
  if (journal.unheard) {
    TEMBLOR_ASSIGN(const bool is_stopped, was_stopped_late(journal));
    if (is_stopped) return true;
  }
  TEMBLOR_TRY(end_strays(journal));
  if ((!journal.unheard && journal.strays.empty()) || clock_.now() - *journal.over > settings_.watch_limit) {
    TEMBLOR_TRY(journal_.remove());
  } else if (journal != before) {
    TEMBLOR_TRY(journal_.write(journal));
  }
  return false;
}

Result<bool> Rescale::was_stopped_late(RescaleJournal& journal) {
  TEMBLOR_ASSIGN(const std::optional<FlinkJob> job, jobs_.job(journal.old_job));
  if (job && !job->is_over) {
    TEMBLOR_TRY(note_neighbours(journal, *job));
    return false;
  }
  TEMBLOR_ASSIGN(const SavepointState savepoint, jobs_.savepoint(journal.old_job, journal.trigger));
  bool is_ours = false;
  switch (savepoint.progress) {
    case SavepointState::Progress::kInProgress:
      return false;
    case SavepointState::Progress::kCompleted:
      journal.savepoint = savepoint.path;
      is_ours = true;
      break;
    case SavepointState::Progress::kFailed: {
      TEMBLOR_ASSIGN(is_ours, find_savepoint(journal));
      break;
    }
    case SavepointState::Progress::kUnknown: {
      TEMBLOR_ASSIGN(is_ours, ended_as_asked(journal, job));
      break;
    }
  }
  journal.unheard.reset();
  if (!is_ours) return false;  // others have ended it
  // As it was: what it was to be changed for may be long gone.
  journal.to = journal.from;
  journal.task_manager.clear();
  journal.job = hands_.new_id();
  journal.attempts = 0;
  journal.trouble.clear();
  journal.began = clock_.now();
  journal.ended = journal.began;
  journal.over.reset();
  TEMBLOR_TRY(advance(journal, RescaleStep::kStarting));
  return true;
}

Result<bool> Rescale::ended_as_asked(RescaleJournal& journal, const std::optional<FlinkJob>& old_job) {
  // Flink forgets a stop (rest.async.store-duration); as long as it would remember it, it was none of ours. A stop of a
  // person is known from it by that alone.
  constexpr Milliseconds kRemembered{300'000};
  if (!old_job || old_job->state == (journal.cancel ? "FINISHED" : "CANCELED")) return false;
  TEMBLOR_ASSIGN(const std::optional<JobEnd> end, jobs_.end_of(journal.old_job));
  if (!end || end->ago < kRemembered || end->savepoint.empty()) return false;
  const std::string name = end->savepoint.substr(end->savepoint.rfind('/') + 1);
  TEMBLOR_ASSIGN(const std::vector<std::string> names, savepoints_of(journal));
  if (!holds(names, name)) return false;
  journal.savepoint = journal.savepoint_dir + "/" + name;
  return true;
}

Result<void> Rescale::end_strays(RescaleJournal& journal) {
  if (journal.strays.empty()) return {};
  TEMBLOR_ASSIGN(const std::optional<FlinkJob> job, jobs_.job(journal.job));
  const bool runs_another = job && !job->is_over;
  std::vector<std::string> unknown;
  for (const std::string& stray : journal.strays) {
    TEMBLOR_ASSIGN(const std::optional<FlinkJob> state, jobs_.job(stray));
    if (!state) unknown.push_back(stray);
    // One that is alone is better than none.
    if (!state || state->is_over || !runs_another) continue;
    TEMBLOR_TRY(end(stray));
    hands_.tell_of_stray(stray);
  }
  journal.strays = std::move(unknown);
  return {};
}

}  // namespace temblor::elastic
