#include "elastic/rescale.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kDirectory = "/data/savepoints";
constexpr const char* kJournal = "/data/metrics/rescale.json";
const std::string kOldJob = "0b5da5e0b92307946d891584f93dcefe";

/// The process was killed.
struct Killed {};

/// A cluster that does what Flink does, as far as a rescale sees it.
class SimFlinkJobs final : public FlinkJobs {
 public:
  SimFlinkJobs(FileSystem& files, SimClock& clock) : files_(files), clock_(clock) {
    jobs_[kOldJob] = {.parallelism = 3, .savepoint = "", .state = "RUNNING"};
  }

  Result<std::optional<FlinkJob>> job(const std::string& id) override {
    TEMBLOR_TRY(ask("job"));
    settle();
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    const Job& job = found->second;
    return FlinkJob{.state = job.state,
                    .parallelism = job.parallelism,
                    .all_run = job.state == "RUNNING" && clock_.now() >= job.runs_at,
                    .is_over = job.state != "RUNNING"};
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
    if (jobs_.contains(id)) jobs_[id].state = "CANCELED";
    return answered("cancel");
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
  void end_job(const std::string& id, const std::string& state) { jobs_[id].state = state; }
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
  std::function<Milliseconds()> lands_late = [] { return 0ms; };
  Milliseconds start_takes = 3s;
  std::string stop_fails;              // the savepoint is not taken, for this reason
  bool stop_fails_afterwards = false;  // it is taken, and then stopping fails and the job with it
  std::function<void(const std::string& call, bool afterwards)> on_call = [](const std::string&, bool) {};
  std::function<bool()> is_away = [] { return false; };

 private:
  struct Job {
    std::uint32_t parallelism = 0;
    std::string savepoint;
    std::string state;
    Timestamp runs_at{};
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
    clock_.sleep_for(60s);
    on_call(call, true);
    return world_error("sim", "gives no answer within 60s");
  }

  /// Takes a request: in time, later than the asker waits, or not at all as long as some are `refused`. `no_use` is the
  /// cause told where it cannot land.
  template <class Request>
  Result<Reply> receive(const std::string& call, int& refused, const Request& request, const char* no_use) {
    TEMBLOR_TRY(ask(call));
    settle();
    if (const Milliseconds late = lands_late(); late > 0ms) {
      late_.emplace(clock_.now() + late, [this, request] { land(request); });
      return unanswered(call);
    }
    if (refused > 0) {
      --refused;
      return Reply{.accepted = false, .cause = "refuses to " + call};
    }
    const bool lands = land(request);
    TEMBLOR_TRY(answered(call));
    return Reply{.accepted = lands, .cause = lands ? "" : no_use};
  }

  bool land(const StopRequest& request) {
    const auto found = jobs_.find(request.job);
    if (found == jobs_.end() || found->second.state != "RUNNING") return false;
    if (!triggers_.contains(request.trigger)) {
      const std::string path =
          fmt::format("{}/savepoint-{}-{:06}", request.directory, request.job.substr(0, 6), triggers_.size());
      triggers_[request.trigger] = {.job = request.job, .path = path, .at = clock_.now() + 700ms};
    }
    return true;
  }

  bool land(const StartRequest& request) {
    if (jobs_.contains(request.job)) return false;
    const bool fits = request.parallelism <= slots;
    jobs_[request.job] = {.parallelism = request.parallelism,
                          .savepoint = request.savepoint,
                          .state = fits ? "RUNNING" : "FAILED",
                          .runs_at = clock_.now() + start_takes};
    return true;
  }

  /// Lets happen what has its time by now.
  void settle() {
    while (!late_.empty() && late_.begin()->first <= clock_.now()) {
      const auto landing = late_.extract(late_.begin());
      landing.mapped()();
    }
    for (auto& [id, trigger] : triggers_) {
      if (trigger.done || trigger.at > clock_.now()) continue;
      trigger.done = true;
      if (!stop_fails.empty()) {
        trigger.cause = stop_fails;
        continue;
      }
      static_cast<void>(files_.create_directories(trigger.path));
      static_cast<void>(files_.create(trigger.path + "/_metadata"));
      last_savepoint_ = trigger.path;
      jobs_[trigger.job].state = stop_fails_afterwards ? "FAILED" : "FINISHED";
      if (stop_fails_afterwards) trigger.cause = "stopping failed, a savepoint was taken";
    }
  }

  FileSystem& files_;
  SimClock& clock_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, Trigger> triggers_;
  std::string last_savepoint_;
  std::multimap<Timestamp, std::function<void()>> late_;
};

/// A rescale from 3 to 5 in such a cluster.
class World {
 public:
  World() : jobs(files, clock) { EXPECT_TRUE(files.create_directories(kDirectory).has_value()); }

  Rescale rescale() {
    Rescale::Hands hands{.new_id = [this] { return fmt::format("{:032x}", ++ids_); },
                         .name_job =
                             [this](const std::string& job) {
                               named = job;
                               return Result<void>{};
                             },
                         .end_task_manager = [this](const std::string& id) -> Result<void> {
                           ended.insert(id);
                           if (tm_stays) return world_error("node02", said_of_tm);
                           return {};
                         },
                         .tell_of_stray = [this](const std::string& job) { strays.push_back(job); }};
    return {jobs, files, clock, RescaleJournalFile(files, kJournal), std::move(hands), {}};
  }

  [[nodiscard]] RescaleJournal plan() const {
    RescaleJournal plan;
    plan.old_job = named;
    plan.savepoint_dir = kDirectory;
    plan.from = 3;
    plan.to = 5;
    plan.jar = "/opt/flink_jobs/wordcount.jar";
    plan.main_class = "org.jzx.WordCount";
    return plan;
  }

  /// That one job runs, the named one, and nothing is under way.
  void expect_one_job(std::uint32_t parallelism) {
    ASSERT_THAT(jobs.running(), ::testing::ElementsAre(named));
    EXPECT_EQ(jobs.parallelism_of(named), parallelism);
    EXPECT_FALSE(files.exists(kJournal));
  }

  SimClock clock;
  MemoryFileSystem files;
  SimFlinkJobs jobs;
  std::string named = kOldJob;
  std::set<std::string> ended;
  std::vector<std::string> strays;  ///< that were told of
  bool tm_stays = false;
  std::string said_of_tm = "cannot be reached over ssh";

 private:
  std::uint64_t ids_ = 0;
};

TEST(Rescale, StartsTheJobAnewFromItsSavepoint) {
  World world;
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value()) << end.error().to_line();
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kDone);
  EXPECT_EQ(end->journal.job, world.named);
  EXPECT_GE(end->job_was_down, 3s);
  EXPECT_GT(end->took, end->job_was_down);
  world.expect_one_job(5);
  EXPECT_FALSE(world.rescale().go_on()->has_value()) << "nothing is left to go on with";
}

TEST(Rescale, EndsATaskManagerBetweenTheTwoJobs) {
  World world;
  RescaleJournal plan = world.plan();
  plan.task_manager = "tm-7";
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "start") {
      EXPECT_TRUE(world.ended.contains("tm-7"));
    } else if (call == "stop") {
      EXPECT_FALSE(world.ended.contains("tm-7"));
    }
  };
  EXPECT_EQ(world.rescale().begin(plan)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, StartsTheJobThoughATaskManagerStays) {
  World world;
  world.tm_stays = true;
  RescaleJournal plan = world.plan();
  plan.task_manager = "tm-7";
  const auto end = world.rescale().begin(plan);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kDone);
  EXPECT_THAT(end->journal.tm_trouble, HasSubstr("cannot be reached over ssh"));
  world.expect_one_job(5);
}

TEST(Rescale, GoesBackWhereTheNewJobDoesNotFit) {
  World world;
  world.jobs.slots = 4;
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kWentBack);
  EXPECT_THAT(end->journal.trouble, HasSubstr("not enough slots"));
  world.expect_one_job(3);
}

TEST(Rescale, GoesBackWhereTheNewJobIsRefused) {
  World world;
  world.jobs.refused_starts = 3;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kWentBack);
  world.expect_one_job(3);
}

TEST(Rescale, GoesBackWhereTasksDoNotComeToRun) {
  World world;
  world.jobs.start_takes = 1h;
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "cancel") world.jobs.start_takes = 3s;
  };
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kWentBack);
  world.expect_one_job(3);
}

TEST(Rescale, TriesAgainInTheNextRoundWhereNoJobStarts) {
  World world;
  world.jobs.slots = 2;
  const auto end = world.rescale().begin(world.plan());
  ASSERT_FALSE(end.has_value());
  EXPECT_THAT(end.error().to_line(), HasSubstr("does not start again"));
  world.jobs.slots = 3;
  const auto next = world.rescale().go_on();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ((*next)->kind, RescaleEnd::Kind::kWentBack);
  world.expect_one_job(3);
}

TEST(Rescale, LeavesTheJobWhereThereIsNoSavepoint) {
  World world;
  world.jobs.stop_fails = "the disk is full";
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kNotBegun);
  EXPECT_EQ(end->journal.trouble, "the disk is full");
  world.expect_one_job(3);
}

TEST(Rescale, FindsTheSavepointOfAStopThatFailedAfterwards) {
  World world;
  world.jobs.stop_fails_afterwards = true;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, StartsNothingWithoutItsState) {
  World world;
  static_cast<void>(world.files.create_directories(std::string(kDirectory) + "/savepoint-0b5da5-old"));
  static_cast<void>(world.files.create(std::string(kDirectory) + "/savepoint-0b5da5-old/_metadata"));
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "savepoint") world.jobs.end_job(kOldJob, "FAILED");
  };
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kLost) << "an older savepoint is not its state";
  EXPECT_TRUE(world.jobs.running().empty());
}

TEST(Rescale, FindsTheSavepointWhereTheJobManagerForgot) {
  World world;
  int looks = 0;
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "savepoint" && ++looks == 5) world.jobs.forget();
  };
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, SaysThatAJournalIsNone) {
  World world;
  ASSERT_TRUE(world.files.create_directories("/data/metrics").has_value());
  ASSERT_TRUE(replace_file(world.files, kJournal, "{\"version\": 1, \"step\":").has_value());
  const auto end = world.rescale().go_on();
  ASSERT_FALSE(end.has_value());
  EXPECT_THAT(end.error().to_line(), HasSubstr("/data/metrics/rescale.json: is no journal of a rescale"));
}

TEST(Rescale, WhatIsSaidToItNeedNotBeUtf8) {
  World world;
  world.tm_stays = true;
  world.said_of_tm = "ssh: \xB4\xC5\xC5\xCC";
  RescaleJournal plan = world.plan();
  plan.task_manager = "tm-7";
  EXPECT_EQ(world.rescale().begin(plan)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, EndsAJobThatComesThroughAfterItWentBack) {
  World world;
  world.jobs.refused_starts = 2;
  int starts = 0;
  world.jobs.on_call = [&](const std::string& call, bool afterwards) { starts += call == "start" && !afterwards; };
  // The first is heard of late, and what is asked again meanwhile is refused.
  world.jobs.lands_late = [&] { return starts == 1 ? Milliseconds(100s) : Milliseconds(0); };
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value()) << end.error().to_line();
  world.clock.sleep_for(10min);
  world.expect_one_job(end->kind == RescaleEnd::Kind::kDone ? 5 : 3);
}

TEST(Rescale, AStopWithoutAnAnswerIsNoRefusal) {
  World world;
  int stops = 0;
  world.jobs.on_call = [&](const std::string& call, bool afterwards) { stops += call == "stop" && !afterwards; };
  world.jobs.lands_late = [&] { return stops == 1 ? Milliseconds(100s) : Milliseconds(0); };
  world.jobs.refused_stops = 1;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.clock.sleep_for(10min);
  world.expect_one_job(5);
}

/// The first start is heard of hours later, what is asked again meanwhile is refused, and the job has gone back.
struct LateStart : ::testing::Test {
  LateStart() {
    world.jobs.refused_starts = 2;
    world.jobs.on_call = [&](const std::string& call, bool afterwards) { starts += call == "start" && !afterwards; };
    world.jobs.lands_late = [&] { return starts == 1 ? Milliseconds(3h) : Milliseconds(0); };
    const auto end = world.rescale().begin(world.plan());
    EXPECT_TRUE(end && end->kind == RescaleEnd::Kind::kWentBack);
    EXPECT_THAT(world.jobs.running(), ::testing::ElementsAre(world.named));
  }

  /// What a round finds.
  void look() {
    const auto end = world.rescale().go_on();
    ASSERT_TRUE(end.has_value()) << end.error().to_line();
    EXPECT_FALSE(end->has_value()) << "the rescale is over";
  }

  World world;
  int starts = 0;
};

TEST_F(LateStart, IsEndedHoursAfterItWasGivenUp) {
  look();
  world.clock.sleep_for(3h);
  EXPECT_EQ(world.jobs.running().size(), 2U);
  look();
  EXPECT_EQ(world.strays.size(), 1U);
  look();
  world.expect_one_job(3);
  EXPECT_EQ(world.strays.size(), 1U) << "it is told once";
}

TEST_F(LateStart, IsRememberedByTheNextRescale) {
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.clock.sleep_for(3h);
  look();
  look();
  world.expect_one_job(5);
}

TEST_F(LateStart, StaysWhereNoOtherJobRuns) {
  world.clock.sleep_for(3h);
  world.jobs.end_job(world.named, "FAILED");
  look();
  EXPECT_EQ(world.jobs.running().size(), 1U);
  EXPECT_FALSE(world.files.exists(kJournal));
}

TEST_F(LateStart, IsWatchedForForADay) {
  world.jobs.forget();  // the request, too, is gone with that JobManager
  world.clock.sleep_for(23h);
  look();
  EXPECT_TRUE(world.files.exists(kJournal));
  world.clock.sleep_for(2h);
  look();
  EXPECT_FALSE(world.files.exists(kJournal));
}

/// The first stop is heard of hours later, and the second is refused.
struct LateStop : ::testing::Test {
  LateStop() {
    world.jobs.refused_stops = 1;
    world.jobs.on_call = [&](const std::string& call, bool afterwards) { stops += call == "stop" && !afterwards; };
    world.jobs.lands_late = [&] { return stops == 1 ? Milliseconds(3h) : Milliseconds(0); };
    const auto end = world.rescale().begin(world.plan());
    EXPECT_TRUE(end && end->kind == RescaleEnd::Kind::kNotBegun);
    EXPECT_THAT(world.jobs.running(), ::testing::ElementsAre(kOldJob));
  }

  World world;
  int stops = 0;
};

TEST_F(LateStop, StartsTheJobAgainAsItWas) {
  EXPECT_FALSE(world.rescale().go_on()->has_value());
  world.clock.sleep_for(3h);
  EXPECT_FALSE(world.rescale().go_on()->has_value()) << "its savepoint is being taken";
  world.clock.sleep_for(10s);
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
  const auto end = world.rescale().go_on();
  ASSERT_TRUE(end && *end) << "it goes on";
  EXPECT_EQ((*end)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(3);
}

TEST_F(LateStop, IsNoneWhereOthersHaveEndedTheJob) {
  world.jobs.end_job(kOldJob, "CANCELED");
  EXPECT_FALSE(world.rescale().go_on()->has_value());
  EXPECT_FALSE(world.files.exists(kJournal));
  world.clock.sleep_for(4h);
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
}

// Killed at random moments and again while it goes on, with a JobManager that is away now and then, refuses stops and
// starts, answers nothing to some that come through later, by hours for some, and has too few slots: one job runs in
// the end, with its state, and is the one that is named.
TEST(Rescale, ComesToAnEndHoweverOftenItIsKilled) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    World world;
    world.jobs.slots = random() % 3 == 0 ? 4 : 12;
    world.jobs.refused_starts = static_cast<int>(random() % 5);
    world.jobs.refused_stops = random() % 6 == 0 ? 1 : 0;
    world.jobs.stop_fails_afterwards = random() % 4 == 0;
    int late = static_cast<int>(random() % 4);
    const std::uint64_t latest = seed % 2 == 0 ? 119'000 : 10'000'000;
    world.jobs.lands_late = [&] {
      if (late == 0 || random() % 3 != 0) return 0ms;
      --late;
      return Milliseconds(1 + static_cast<std::int64_t>(random() % latest));
    };
    int kills = static_cast<int>(random() % 8);
    world.jobs.on_call = [&](const std::string&, bool) {
      if (kills > 0 && random() % 12 == 0) {
        --kills;
        throw Killed();
      }
    };
    int outages = static_cast<int>(random() % 6);
    world.jobs.is_away = [&] {
      if (outages == 0 || random() % 15 != 0) return false;
      --outages;
      return true;
    };
    bool over = false;
    bool begun = false;
    for (int round = 0; round < 60 && !over; ++round) {
      Rescale rescale = world.rescale();
      try {
        if (!begun) {
          begun = true;
          over = rescale.begin(world.plan()).has_value();
        } else {
          over = rescale.go_on().has_value();
        }
      } catch (const Killed&) {
      }
      world.clock.sleep_for(5s);
    }
    ASSERT_TRUE(over);
    // The rounds go on, and find what comes through.
    for (int round = 0; round < 60; ++round) {
      world.clock.sleep_for(30min);
      try {
        static_cast<void>(world.rescale().go_on());
      } catch (const Killed&) {
      }
    }
    ASSERT_EQ(world.jobs.running().size(), 1U);
    EXPECT_EQ(world.jobs.running().front(), world.named);
    EXPECT_FALSE(world.files.exists(kJournal));
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace temblor::elastic
