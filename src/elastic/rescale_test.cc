#include "elastic/rescale.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "testing/rescale_world.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Rescale, StartsTheJobAnewFromItsSavepoint) {
  RescaleWorld world;
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
  RescaleWorld world;
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
  RescaleWorld world;
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
  RescaleWorld world;
  world.jobs.slots = 4;
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kWentBack);
  EXPECT_THAT(end->journal.trouble, HasSubstr("not enough slots"));
  world.expect_one_job(3);
}

TEST(Rescale, GoesBackWhereTheNewJobIsRefused) {
  RescaleWorld world;
  world.jobs.refused_starts = 3;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kWentBack);
  world.expect_one_job(3);
}

TEST(Rescale, GoesBackWhereTasksDoNotComeToRun) {
  RescaleWorld world;
  world.jobs.start_takes = 1h;
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "cancel") world.jobs.start_takes = 3s;
  };
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kWentBack);
  world.expect_one_job(3);
}

TEST(Rescale, TriesAgainInTheNextRoundWhereNoJobStarts) {
  RescaleWorld world;
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
  RescaleWorld world;
  world.jobs.stop_fails = "the disk is full";
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kNotBegun);
  EXPECT_EQ(end->journal.trouble, "the disk is full");
  world.expect_one_job(3);
}

TEST(Rescale, FindsTheSavepointOfAStopThatFailedAfterwards) {
  RescaleWorld world;
  world.jobs.stop_fails_afterwards = true;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, StartsNothingWithoutItsState) {
  RescaleWorld world;
  static_cast<void>(world.files.create_directories(std::string(kSavepoints) + "/savepoint-0b5da5-old"));
  static_cast<void>(world.files.create(std::string(kSavepoints) + "/savepoint-0b5da5-old/_metadata"));
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "savepoint") world.jobs.end_job(kOldJob, "FAILED");
  };
  const auto end = world.rescale().begin(world.plan());
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, RescaleEnd::Kind::kLost) << "an older savepoint is not its state";
  EXPECT_TRUE(world.jobs.running().empty());
}

TEST(Rescale, FindsTheSavepointWhereTheJobManagerForgot) {
  RescaleWorld world;
  int looks = 0;
  world.jobs.on_call = [&](const std::string& call, bool) {
    if (call == "savepoint" && ++looks == 5) world.jobs.forget();
  };
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, SaysThatAJournalIsNone) {
  RescaleWorld world;
  ASSERT_TRUE(world.files.create_directories("/data/metrics").has_value());
  ASSERT_TRUE(replace_file(world.files, kJournalPath, "{\"version\": 1, \"step\":").has_value());
  const auto end = world.rescale().go_on();
  ASSERT_FALSE(end.has_value());
  EXPECT_THAT(end.error().to_line(), HasSubstr("/data/metrics/rescale.json: is no journal of a rescale"));
}

TEST(Rescale, WhatIsSaidToItNeedNotBeUtf8) {
  RescaleWorld world;
  world.tm_stays = true;
  world.said_of_tm = "ssh: \xB4\xC5\xC5\xCC";
  RescaleJournal plan = world.plan();
  plan.task_manager = "tm-7";
  EXPECT_EQ(world.rescale().begin(plan)->kind, RescaleEnd::Kind::kDone);
  world.expect_one_job(5);
}

TEST(Rescale, EndsAJobThatComesThroughAfterItWentBack) {
  RescaleWorld world;
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
  RescaleWorld world;
  int stops = 0;
  world.jobs.on_call = [&](const std::string& call, bool afterwards) { stops += call == "stop" && !afterwards; };
  world.jobs.lands_late = [&] { return stops == 1 ? Milliseconds(100s) : Milliseconds(0); };
  world.jobs.refused_stops = 1;
  EXPECT_EQ(world.rescale().begin(world.plan())->kind, RescaleEnd::Kind::kDone);
  world.clock.sleep_for(10min);
  world.expect_one_job(5);
}

// Killed at random moments and again while it goes on, with a JobManager that is away now and then, refuses stops and
// starts, answers nothing to some that come through later, by hours for some, and has too few slots, and with people
// who start the job themselves: one job runs in the end, with its state, and is the one that is named.
TEST(Rescale, ComesToAnEndHoweverOftenItIsKilled) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    RescaleWorld world;
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
    EXPECT_FALSE(world.files.exists(kJournalPath));
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace temblor::elastic
