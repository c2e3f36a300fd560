#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "elastic/flink_jobs.h"
#include "testing/sim_clock.h"

namespace temblor::elastic {

/// A cluster that does what Flink does, as far as a rescale sees it; a job that is started from another savepoint than
/// the newest fails the test. One thread at a time.
class SimFlinkJobs final : public FlinkJobs {
 public:
  /// Savepoints are files of `files`; time passes by `clock`. Both outlive the object.
  SimFlinkJobs(FileSystem& files, SimClock& clock) : files_(files), clock_(clock) {}

  /// A job that runs.
  void add(const std::string& id, std::uint32_t parallelism) {
    jobs_[id] = {.parallelism = parallelism, .savepoint = "", .state = "RUNNING"};
  }

  Result<std::optional<FlinkJob>> job(const std::string& id) override {
    TEMBLOR_TRY(ask("job"));
    settle();
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    const Job& job = found->second;
    return FlinkJob{.name = kName,
                    .state = job.state,
                    .parallelism = job.parallelism,
                    .all_run = job.state == "RUNNING" && clock_.now() >= job.runs_at,
                    .is_over = job.state != "RUNNING"};
  }

  Result<std::vector<std::string>> running(const std::string& name) override {
    TEMBLOR_TRY(ask("running"));
    EXPECT_EQ(name, kName);
    return running();
  }

  Result<Reply> stop(const StopRequest& request) override {
    return receive("stop", refused_stops, request, "no such job");
  }

  Result<SavepointState> savepoint(const std::string& /*job*/, const std::string& trigger) override {
    TEMBLOR_TRY(ask("savepoint"));
    settle();
    const auto found = triggers_.find(trigger);
    if (found == triggers_.end()) return SavepointState{};
    if (!found->second.cause.empty()) {
      return SavepointState{.progress = SavepointState::Progress::kFailed, .path = {}, .cause = found->second.cause};
    }
    if (found->second.at > clock_.now())
      return SavepointState{.progress = SavepointState::Progress::kInProgress, .path = {}, .cause = {}};
    return SavepointState{.progress = SavepointState::Progress::kCompleted, .path = found->second.path, .cause = {}};
  }

  Result<Reply> start(const StartRequest& request) override {
    settle();
    if (!request.savepoint.ends_with(last_savepoint_) || last_savepoint_.empty()) {
      ADD_FAILURE() << "started from '" << request.savepoint << "', and the last state is in " << last_savepoint_;
    }
    return receive("start", refused_starts, request, "Job has already been submitted");
  }

  Result<void> cancel(const std::string& id) override {
    TEMBLOR_TRY(ask("cancel"));
    if (jobs_.contains(id)) end_job(id, "CANCELED");
    return answered("cancel");
  }

  Result<std::optional<JobEnd>> end_of(const std::string& id) override {
    TEMBLOR_TRY(ask("end_of"));
    settle();
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second.state == "RUNNING") return std::nullopt;
    return JobEnd{.ago = clock_.now() - found->second.ended_at, .savepoint = found->second.last_savepoint};
  }

  Result<std::string> failure(const std::string& /*id*/) override {
    TEMBLOR_TRY(ask("failure"));
    return std::string("NoResourceAvailableException: not enough slots");
  }

  /// Those that are not over.
  [[nodiscard]] std::vector<std::string> running() {
    settle();
    std::vector<std::string> ids;
    for (const auto& [id, job] : jobs_) {
      if (job.state == "RUNNING") ids.push_back(id);
    }
    return ids;
  }
  [[nodiscard]] std::uint32_t parallelism_of(const std::string& id) const { return jobs_.at(id).parallelism; }
  void end_job(const std::string& id, const std::string& state) {
    jobs_[id].state = state;
    jobs_[id].ended_at = clock_.now();
  }
  /// A person stops a job with a savepoint in that folder.
  void stop_by_hand(const std::string& id, const std::string& directory) {
    take_savepoint(id, path_of_savepoint(id, directory));
    end_job(id, "FINISHED");
  }
  /// A JobManager started anew: without a store for high availability it knows of nothing.
  void forget() {
    settle();
    jobs_.clear();
    triggers_.clear();
    late_.clear();
  }

  std::uint32_t slots = 12;
  int refused_starts = 0;
  int refused_stops = 0;
  /// After how long a request comes through to which there is no answer; 0: it is answered.
  std::function<Milliseconds()> lands_late = [] { return Milliseconds(0); };
  Milliseconds start_takes{3000};
  std::string stop_fails;              // the savepoint is not taken, for this reason
  bool stop_fails_afterwards = false;  // it is taken, and then stopping fails and the job with it
  std::function<void(const std::string& call, bool afterwards)> on_call = [](const std::string&, bool) {};
  std::function<bool()> is_away = [] { return false; };

  static constexpr const char* kName = "org.jzx.WordCount";  ///< of all jobs
  static constexpr Milliseconds kRemembered{300'000};        ///< for so long it knows of a stop that is over

 private:
  struct Job {
    std::uint32_t parallelism = 0;
    std::string savepoint;
    std::string state;
    Timestamp runs_at{};
    Timestamp ended_at{};
    std::string last_savepoint{};  ///< with which it ended
  };
  struct Trigger {
    std::string job;
    std::string path;
    Timestamp at{};
    std::string cause{};
    bool done = false;
  };

  Result<void> ask(const std::string& call) {
    on_call(call, false);
    if (is_away()) return world_error("sim", "cannot be reached");
    return {};
  }
  Result<void> answered(const std::string& call) {
    on_call(call, true);
    if (is_away()) return world_error("sim", "the answer is lost");
    return {};
  }

  /// A server that takes a minute is given up.
  tl::unexpected<Error> unanswered(const std::string& call) {
    clock_.sleep_for(std::chrono::seconds(60));
    on_call(call, true);
    return world_error("sim", "gives no answer within 60s");
  }

  /// Takes a request: in time, later than the asker waits, or not at all as long as some are `refused`. `no_use` is the
  /// cause told where it cannot land.
  template <class Request>
  Result<Reply> receive(const std::string& call, int& refused, const Request& request, const char* no_use) {
    TEMBLOR_TRY(ask(call));
    settle();
    if (const Milliseconds late = lands_late(); late > Milliseconds(0)) {
      late_.emplace(clock_.now() + late, [this, request](Timestamp at) { land(request, at); });
      return unanswered(call);
    }
    if (refused > 0) {
      --refused;
      return Reply{.accepted = false, .cause = "refuses to " + call};
    }
    const bool lands = land(request, clock_.now());
    TEMBLOR_TRY(answered(call));
    return Reply{.accepted = lands, .cause = lands ? "" : no_use};
  }

  bool land(const StopRequest& request, Timestamp at) {
    const auto found = jobs_.find(request.job);
    if (found == jobs_.end() || found->second.state != "RUNNING") return false;
    if (!triggers_.contains(request.trigger)) {
      triggers_[request.trigger] = {
          .job = request.job, .path = path_of_savepoint(request.job, request.directory), .at = at + Milliseconds(700)};
    }
    return true;
  }

  bool land(const StartRequest& request, Timestamp at) {
    if (jobs_.contains(request.job)) return false;
    const bool fits = request.parallelism <= slots;
    jobs_[request.job] = {.parallelism = request.parallelism,
                          .savepoint = request.savepoint,
                          .state = fits ? "RUNNING" : "FAILED",
                          .runs_at = at + start_takes};
    return true;
  }

  std::string path_of_savepoint(const std::string& job, const std::string& directory) {
    return fmt::format("{}/savepoint-{}-{:06}", directory, job.substr(0, 6), savepoints_++);
  }

  void take_savepoint(const std::string& job, const std::string& path) {
    static_cast<void>(files_.create_directories(path));
    static_cast<void>(files_.create(path + "/_metadata"));
    jobs_[job].last_savepoint = last_savepoint_ = path;
  }

  /// Lets happen what has its time by now.
  void settle() {
    while (!late_.empty() && late_.begin()->first <= clock_.now()) {
      const auto landing = late_.extract(late_.begin());
      landing.mapped()(landing.key());
    }
    for (auto& [id, trigger] : triggers_) {
      if (trigger.done || trigger.at > clock_.now()) continue;
      trigger.done = true;
      if (!stop_fails.empty()) {
        trigger.cause = stop_fails;
        continue;
      }
      take_savepoint(trigger.job, trigger.path);
      jobs_[trigger.job].state = stop_fails_afterwards ? "FAILED" : "FINISHED";
      jobs_[trigger.job].ended_at = trigger.at;
      if (stop_fails_afterwards) trigger.cause = "stopping failed, a savepoint was taken";
    }
    std::erase_if(triggers_, [&](const auto& each) { return clock_.now() - each.second.at > kRemembered; });
  }

  FileSystem& files_;
  SimClock& clock_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, Trigger> triggers_;
  std::string last_savepoint_;
  std::size_t savepoints_ = 0;
  std::multimap<Timestamp, std::function<void(Timestamp at)>> late_;
};

}  // namespace temblor::elastic
