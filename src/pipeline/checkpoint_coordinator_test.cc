#include "pipeline/checkpoint_coordinator.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Its first commit fails.
class ForgetfulSink final : public Sink {
 public:
  Result<void> open(const std::string* /*prepared*/) override { return {}; }
  Result<void> write(const WindowResults& /*results*/) override { return {}; }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view /*prepared*/, std::span<const WindowResults> /*results*/) override {
    return commits_++ > 0 ? Result<void>() : world_error("forgetful:", "is full", "make room");
  }

 private:
  int commits_ = 0;
};

/// Of a job that was restored from checkpoint 6.
struct CheckpointCoordinatorTest : ::testing::Test {
  static Job forgetful_job() {
    Job job;
    job.sinks.push_back({.uri = "forgetful:", .sink = std::make_unique<ForgetfulSink>()});
    return job;
  }

  MemoryFileSystem files;
  SimClock clock;
  Job job = forgetful_job();
  Delivery delivery{job, false};
  CheckpointCoordinator coordinator{CheckpointStore::open(files, "state").value(), delivery, clock, 6};
};

TEST_F(CheckpointCoordinatorTest, TriesTheCommitOfARestoredOneAgain) {
  Checkpoint restored;
  restored.facts.id = 6;
  restored.sinks = delivery.prepare().value();
  const auto committed = coordinator.commit(restored);
  EXPECT_TRUE(committed) << committed.error().to_line();
}

TEST_F(CheckpointCoordinatorTest, NamesTheCheckpointWhoseCommitIsTriedAgain) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(log)));
  const auto taken = coordinator.take([] { return Checkpoint{}; });
  spdlog::set_default_logger(before);
  ASSERT_TRUE(taken) << taken.error().to_line();
  EXPECT_THAT(log.str(), HasSubstr("checkpoint 7: forgetful:: is full (make room); trying again"));
  EXPECT_THAT(log.str(), Not(HasSubstr("checkpoint 8")));
}

}  // namespace
}  // namespace temblor
