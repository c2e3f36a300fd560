#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "elastic/flink_jobs.h"
#include "elastic/rescale_journal.h"

namespace temblor::elastic {

/// How a rescale ended.
struct RescaleEnd {
  enum class Kind : std::uint8_t {
    kDone,       ///< the job runs with the new parallelism
    kWentBack,   ///< it did not come to run, and runs with the old one again
    kNotBegun,   ///< there was no savepoint: the old job runs on as it did
    kLost,       ///< the old job has ended and left no savepoint: nothing was started
    kTakenOver,  ///< others have started one in its place: that one is named, and nothing was started
  };
  Kind kind = Kind::kDone;
  RescaleJournal journal;       ///< its `job` is the one that runs, unless the job is lost
  Milliseconds took{};          ///< from its beginning on
  Milliseconds job_was_down{};  ///< none of its tasks ran for that long
};

/// Changes the parallelism of a job: ends it with a savepoint and starts it anew from there. Each step is in a journal
/// before it is taken, and can be taken again; a process that was killed at any moment goes on where it was, and there
/// are never two jobs, or none, or one without its state. Where a request was given up that nobody heard an answer to,
/// it is watched for after the end: a job that is started late is ended, one that is stopped late is started again. A
/// job of the same name that others have started meanwhile takes the place of the one that was to be. One thread at a
/// time, one process at a time.
class Rescale {
 public:
  struct Settings {
    Milliseconds savepoint_limit{300'000};
    Milliseconds start_limit{120'000};
    Milliseconds poll{250};
    std::uint32_t start_attempts = 3;      ///< of one that is refused, before it goes back
    Milliseconds late_limit{120'000};      ///< a request to which nobody heard an answer is waited for so long,
    Milliseconds watch_limit{86'400'000};  ///< and so long after the end it is watched for
  };
  /// What it needs of others.
  struct Hands {
    std::function<std::string()> new_id;                           ///< 32 hexadecimal digits, never the same
    std::function<Result<void>(const std::string& job)> name_job;  ///< writes the job's id into the conf
    /// Ends one, unless another job than the one that was moved out of its way has come to use it.
    std::function<Result<void>(const std::string& id, const std::string& moved_job)> end_task_manager;
    std::function<void(const std::string& job)> tell_of_stray;   ///< one that came through late has been ended
    std::function<void(const std::string& job)> tell_of_double;  ///< others have started one too, and both run
  };

  Rescale(FlinkJobs& jobs, FileSystem& files, Clock& clock, RescaleJournalFile journal, Hands hands, Settings settings)
      : jobs_(jobs),
        files_(files),
        clock_(clock),
        journal_(std::move(journal)),
        hands_(std::move(hands)),
        settings_(settings) {}

  /// Carries out a new one; of `plan` old_job, cancel, savepoint_dir, task_manager, from, to, jar, main_class and
  /// arguments are read. An error leaves the journal: go_on() when what stood in the way may be gone.
  Result<RescaleEnd> begin(RescaleJournal plan);

  /// Carries on with the one that is under way; nothing where none is. Looks for what comes through after the end of
  /// one.
  Result<std::optional<RescaleEnd>> go_on();

 private:
  enum class Stopped : std::uint8_t { kWithSavepoint, kNotAtAll, kWithout };
  enum class Started : std::uint8_t { kRuns, kDoesNot, kByOthers };

  Result<RescaleEnd> carry_out(RescaleJournal journal);
  Result<Stopped> stop(RescaleJournal& journal);
  /// Whether a job came to run.
  Result<Started> start(RescaleJournal& journal, std::uint32_t parallelism);
  /// Jobs of its name, and not our own, that were not there when it was to be stopped.
  Result<std::vector<std::string>> started_by_others(const RescaleJournal& journal);
  /// Where there is such a one: it is the job from now on.
  Result<bool> take_over(RescaleJournal& journal);
  Result<void> note_neighbours(RescaleJournal& journal, const FlinkJob& old_job);
  /// Sends a request that begins something; nothing where no answer was heard.
  Result<std::optional<Reply>> send(RescaleJournal& journal, const std::function<Result<Reply>()>& request);
  /// Whether a request of this step that was not answered may come through yet.
  [[nodiscard]] bool may_come_through(const RescaleJournal& journal) const;
  /// The job did not come to run: the next start is of another.
  void abandon(RescaleJournal& journal);
  Result<void> end_abandoned(const RescaleJournal& journal);
  Result<void> end(const std::string& job);
  /// After the end; whether the old job was stopped late, and is to be started again.
  Result<bool> watch(RescaleJournal& journal);
  Result<bool> was_stopped_late(RescaleJournal& journal);
  /// Whether the old job, which is over or not known, ended as its stop would have ended it, though Flink knows of no
  /// such stop.
  Result<bool> ended_as_asked(RescaleJournal& journal, const std::optional<FlinkJob>& old_job);
  /// Ends those that came through, and leaves those that Flink does not know.
  Result<void> end_strays(RescaleJournal& journal);
  /// Names of those of the old job in its folder, but for the older ones.
  Result<std::vector<std::string>> savepoints_of(const RescaleJournal& journal);
  Result<bool> find_savepoint(RescaleJournal& journal);
  Result<void> advance(RescaleJournal& journal, RescaleStep step);
  Result<RescaleEnd> finish(RescaleJournal journal, RescaleEnd::Kind kind);

  FlinkJobs& jobs_;
  FileSystem& files_;
  Clock& clock_;
  RescaleJournalFile journal_;
  Hands hands_;
  Settings settings_;
};

}  // namespace temblor::elastic
