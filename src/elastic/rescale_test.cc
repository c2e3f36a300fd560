#include "elastic/rescale.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"
#include "testing/sim_flink_jobs.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kDirectory = "/data/savepoints";
constexpr const char* kJournal = "/data/metrics/rescale.json";
const std::string kOldJob = "0b5da5e0b92307946d891584f93dcefe";
const std::string kTheirs = "7777777777777777777777777777777a";

/// The process was killed.
struct Killed {};

/// A rescale from 3 to 5 in such a cluster.
class World {
 public:
  World() : jobs(files, clock) {
    jobs.add(kOldJob, 3);
    EXPECT_TRUE(files.create_directories(kDirectory).has_value());
  }

  Rescale rescale() {
    Rescale::Hands hands{.new_id = [this] { return fmt::format("{:032x}", ++ids_); },
                         .name_job =
                             [this](const std::string& job) {
                               named = job;
                               return Result<void>{};
                             },
                         .end_task_manager = [this](const std::string& id, const std::string&) -> Result<void> {
                           ended.insert(id);
                           if (tm_stays) return world_error("node02", said_of_tm);
                           return {};
                         },
                         .tell_of_stray = [this](const std::string& job) { strays.push_back(job); },
                         .tell_of_double = [this](const std::string& job) { doubles.push_back(job); }};
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
  std::vector<std::string> strays;   ///< that were told of
  std::vector<std::string> doubles;  ///< that were told of
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

/// The first request of a kind is heard of hours later, and what is asked again meanwhile is refused.
struct LateRequest : ::testing::Test {
  void begin(const std::string& request, RescaleEnd::Kind ends_as) {
    world.jobs.on_call = [=, this](const std::string& call, bool afterwards) {
      requests += call == request && !afterwards;
    };
    world.jobs.lands_late = [this] {
      if (requests != 1) return Milliseconds(0);
      lands_at = world.clock.now() + 3h;
      return Milliseconds(3h);
    };
    const auto end = world.rescale().begin(world.plan());
    EXPECT_TRUE(end && end->kind == ends_as);
    EXPECT_THAT(world.jobs.running(), ::testing::ElementsAre(world.named));
  }

  /// What a round finds where nothing is to be gone on with.
  void look() {
    const auto end = world.rescale().go_on();
    ASSERT_TRUE(end.has_value()) << end.error().to_line();
    EXPECT_FALSE(end->has_value()) << "the rescale is over";
  }

  World world;
  int requests = 0;
  Timestamp lands_at{};
};

/// The job has gone back to its old parallelism.
struct LateStart : LateRequest {
  LateStart() {
    world.jobs.refused_starts = 2;
    begin("start", RescaleEnd::Kind::kWentBack);
  }
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

/// The job runs on as it did.
struct LateStop : LateRequest {
  LateStop() {
    world.jobs.refused_stops = 1;
    begin("stop", RescaleEnd::Kind::kNotBegun);
  }
};

TEST_F(LateStop, StartsTheJobAgainAsItWas) {
  look();
  world.clock.sleep_for(lands_at - world.clock.now());
  look();  // its savepoint is being taken
  world.clock.sleep_for(10s);
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
  const auto end = world.rescale().go_on();
  ASSERT_TRUE(end && *end) << "it goes on";
  EXPECT_EQ((*end)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(3);
}

TEST_F(LateStop, IsKnownThoughFlinkHasForgottenIt) {
  world.clock.sleep_for(4h);
  const auto end = world.rescale().go_on();
  ASSERT_TRUE(end && *end) << "it goes on";
  EXPECT_EQ((*end)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(3);
}

TEST_F(LateStop, IsNoneWhereAPersonHasStoppedTheJob) {
  world.jobs.stop_by_hand(kOldJob, kDirectory);
  world.clock.sleep_for(4min);
  look();  // Flink would know of its own
  EXPECT_FALSE(world.files.exists(kJournal));
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
}

TEST_F(LateStop, IsNoneWhereAPersonHasCancelledTheJob) {
  world.jobs.end_job(kOldJob, "CANCELED");
  world.clock.sleep_for(4h);
  look();
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
}

TEST_F(LateStop, IsNoneWhereOthersHaveEndedTheJob) {
  world.jobs.end_job(kOldJob, "CANCELED");
  look();
  EXPECT_FALSE(world.files.exists(kJournal));
  world.clock.sleep_for(4h);
  EXPECT_THAT(world.jobs.running(), ::testing::IsEmpty());
}

/// Killed when the old job has ended, before it has asked for the new one or just after.
struct KilledBetweenTheJobs : ::testing::Test {
  void kill(bool afterwards) {
    world.jobs.on_call = [afterwards](const std::string& call, bool is_afterwards) {
      if (call == "start" && afterwards == is_afterwards) throw Killed();
    };
    EXPECT_THROW(static_cast<void>(world.rescale().begin(world.plan())), Killed);
    world.jobs.on_call = [](const std::string&, bool) {};
  }

  /// What the next one makes of it.
  RescaleEnd::Kind go_on() {
    const auto end = world.rescale().go_on();
    EXPECT_TRUE(end && *end);
    return end && *end ? (*end)->kind : RescaleEnd::Kind::kLost;
  }

  /// What it may have asked for itself is watched for, and then forgotten.
  void expect_theirs_alone() {
    EXPECT_EQ(world.named, kTheirs);
    EXPECT_THAT(world.jobs.running(), ::testing::ElementsAre(kTheirs));
    world.clock.sleep_for(25h);
    EXPECT_FALSE(world.rescale().go_on()->has_value());
    world.expect_one_job(4);
  }

  World world;
};

TEST_F(KilledBetweenTheJobs, LeavesItToOneThatAPersonHasStarted) {
  kill(/*afterwards=*/false);
  world.jobs.add(kTheirs, 4);
  EXPECT_EQ(go_on(), RescaleEnd::Kind::kTakenOver);
  expect_theirs_alone();
}

TEST_F(KilledBetweenTheJobs, EndsItsOwnThatComesThroughBesideOneThatAPersonHasStarted) {
  world.jobs.lands_late = [] { return Milliseconds(100s); };
  kill(/*afterwards=*/true);
  world.jobs.lands_late = [] { return Milliseconds(0); };
  world.jobs.add(kTheirs, 4);
  EXPECT_EQ(go_on(), RescaleEnd::Kind::kTakenOver);
  world.clock.sleep_for(5min);
  EXPECT_EQ(world.jobs.running().size(), 2U);
  EXPECT_FALSE(world.rescale().go_on()->has_value());
  EXPECT_EQ(world.strays.size(), 1U);
  EXPECT_FALSE(world.rescale().go_on()->has_value());
  world.expect_one_job(4);
}

TEST_F(KilledBetweenTheJobs, StartsNothingBesideSeveral) {
  kill(/*afterwards=*/false);
  const std::string another = "8" + kTheirs.substr(1);
  world.jobs.add(kTheirs, 4);
  world.jobs.add(another, 4);
  const auto end = world.rescale().go_on();
  ASSERT_FALSE(end.has_value());
  EXPECT_THAT(end.error().to_line(), HasSubstr(kTheirs + ", " + another));
  EXPECT_EQ(world.jobs.running().size(), 2U);
  world.jobs.end_job(another, "CANCELED");
  EXPECT_EQ(go_on(), RescaleEnd::Kind::kTakenOver);
  expect_theirs_alone();
}

TEST_F(KilledBetweenTheJobs, TellsOfOneThatAPersonHasStartedBesideItsOwn) {
  kill(/*afterwards=*/true);
  world.jobs.add(kTheirs, 4);
  EXPECT_EQ(go_on(), RescaleEnd::Kind::kDone);
  EXPECT_THAT(world.doubles, ::testing::ElementsAre(kTheirs));
  EXPECT_EQ(world.jobs.running().size(), 2U) << "theirs is theirs to end";
}

TEST(Rescale, OneThatRanBesideItIsNoneInItsPlace) {
  World world;
  world.jobs.add(kTheirs, 4);
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  EXPECT_THAT(world.jobs.running(), ::testing::UnorderedElementsAre(world.named, kTheirs));
  EXPECT_THAT(world.doubles, ::testing::IsEmpty());
}

TEST_F(LateStop, StartsNothingBesideOneThatAPersonHasStarted) {
  world.jobs.add(kTheirs, 4);
  look();  // it runs beside the old one, and is no substitute for it
  world.clock.sleep_for(4h);
  world.jobs.add("8" + kTheirs.substr(1), 3);
  const auto end = world.rescale().go_on();
  ASSERT_TRUE(end && *end);
  EXPECT_EQ((*end)->kind, RescaleEnd::Kind::kTakenOver);
  EXPECT_EQ(world.named, "8" + kTheirs.substr(1));
  EXPECT_EQ(world.jobs.running().size(), 2U);
}

// Killed at random moments and again while it goes on, with a JobManager that is away now and then, refuses stops and
// starts, answers nothing to some that come through later, by hours for some, and has too few slots, and with people
// who start the job themselves: one job runs in the end, with its state, and is the one that is named.
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
        // A person finds no job, and starts one.
        if (random() % 4 == 0 && world.jobs.running().empty()) world.jobs.add(fmt::format("{:032x}", random()), 3);
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
    // Both that were asked for at the same time, by it and by a person, run; that is told.
    std::vector<std::string> running = world.jobs.running();
    for (const std::string& each : world.doubles) std::erase(running, each);
    ASSERT_THAT(running, ::testing::ElementsAre(world.named));
    EXPECT_FALSE(world.files.exists(kJournal));
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace temblor::elastic
