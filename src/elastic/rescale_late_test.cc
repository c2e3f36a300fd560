// What comes through late, and what people do meanwhile.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "elastic/rescale.h"
#include "testing/rescale_world.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;

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

  RescaleWorld world;
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
  EXPECT_FALSE(world.files.exists(kJournalPath));
}

TEST_F(LateStart, IsWatchedForForADay) {
  world.jobs.forget();  // the request, too, is gone with that JobManager
  world.clock.sleep_for(23h);
  look();
  EXPECT_TRUE(world.files.exists(kJournalPath));
  world.clock.sleep_for(2h);
  look();
  EXPECT_FALSE(world.files.exists(kJournalPath));
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
  world.jobs.stop_by_hand(kOldJob, kSavepoints);
  world.clock.sleep_for(4min);
  look();  // Flink would know of its own
  EXPECT_FALSE(world.files.exists(kJournalPath));
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
  EXPECT_FALSE(world.files.exists(kJournalPath));
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

  RescaleWorld world;
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
  EXPECT_THAT(end.error().to_line(), ::testing::HasSubstr(kTheirs + ", " + another));
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
  RescaleWorld world;
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

}  // namespace
}  // namespace temblor::elastic
