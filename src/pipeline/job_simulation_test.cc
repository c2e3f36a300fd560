// The whole job in one process, on files in memory and a clock that stands still: killed, cut off from power, out of
// space, at every operation on files. Whatever happened, what it leaves in the end is what a run leaves to which
// nothing happened. TEMBLOR_SOAK=1 tries more.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>

#include "schema/deserializer.h"
#include "testing/job_world.h"

namespace temblor {
namespace {

bool soak() { return std::getenv("TEMBLOR_SOAK") != nullptr; }

/// The log of a hundred crashes is of no use to anybody.
class Quiet {
 public:
  Quiet() : level_(spdlog::get_level()) { spdlog::set_level(spdlog::level::off); }
  ~Quiet() { spdlog::set_level(level_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  spdlog::level::level_enum level_;
};

/// What a job leaves.
struct Left {
  std::map<std::string, std::string> output;
  Counts counts;
};

/// Without a fault, by one thread.
Left undisturbed(const std::map<std::string, std::string>& input) {
  JobWorld world(input);
  const RunOutcome outcome = world.run({.batch_records = 4096});
  EXPECT_TRUE(outcome.summary) << outcome.summary.error().to_line();
  EXPECT_TRUE(outcome.summary->finished);
  return {.output = world.output(), .counts = outcome.summary->life};
}

void expect_same(const Left& expected, JobWorld& world, const Summary& summary) {
  EXPECT_EQ(summary.life.records_read, expected.counts.records_read);
  EXPECT_EQ(summary.life.records_accepted, expected.counts.records_accepted);
  EXPECT_EQ(summary.life.dropped, expected.counts.dropped);
  EXPECT_EQ(summary.life.late, expected.counts.late);
  EXPECT_EQ(summary.life.windows_emitted, expected.counts.windows_emitted);
  EXPECT_EQ(summary.life.results_emitted, expected.counts.results_emitted);
  // Finished means lasting.
  world.files().crash(summary.life.records_read);
  const auto output = world.output();
  for (const auto& [path, bytes] : expected.output) {
    const auto found = output.find(path);
    if (found == output.end()) {
      ADD_FAILURE() << path << " is missing";
    } else {
      EXPECT_EQ(found->second == bytes, true) << path << " differs";
    }
  }
  for (const auto& [path, bytes] : output) EXPECT_TRUE(expected.output.contains(path)) << path << " is too much";
}

/// Runs until the job has finished; the summary of the last run.
std::optional<Summary> run_to_the_end(JobWorld& world, const RunPlan& plan) {
  for (int run = 0; run < 3; ++run) {
    const RunOutcome outcome = world.run(plan);
    if (!outcome.summary) {
      ADD_FAILURE() << outcome.summary.error().to_line();
      return std::nullopt;
    }
    if (outcome.summary->finished) return *outcome.summary;
  }
  ADD_FAILURE() << "does not end";
  return std::nullopt;
}

TEST(JobSimulation, TheInputIsWorthIt) {
  const Quiet quiet;
  const Left result = undisturbed(test_input(1, 3, 400));
  EXPECT_EQ(result.counts.records_read, 1200U);
  EXPECT_GT(result.counts.late, 3U);
  EXPECT_GT(result.counts.windows_emitted, 8U);
  EXPECT_EQ(result.output.size(), result.counts.windows_emitted + 3);
  for (const Rejection reason :
       {Rejection::kParse, Rejection::kDataQuality, Rejection::kAmplitude, Rejection::kTimestamp}) {
    EXPECT_GT(result.counts.dropped[static_cast<std::size_t>(reason)], 0U) << to_string(reason);
  }
  EXPECT_EQ(result.counts.records_read,
            result.counts.records_accepted + result.counts.dropped_total() + result.counts.late);
}

TEST(JobSimulation, OneThreadDoesTheSameEachTime) {
  const Quiet quiet;
  const auto input = test_input(1, 3, 120);
  std::set<std::uint64_t> operations;
  for (int i = 0; i < 5; ++i) {
    JobWorld world(input);
    operations.insert(world.run({}).operations);
  }
  EXPECT_EQ(operations.size(), 1U);
  EXPECT_GT(*operations.begin(), 100U);
}

struct Trouble {
  const char* name;
  Fault fault;
  int error;
  bool power;  ///< goes off afterwards
};

class EveryOperation : public ::testing::TestWithParam<Trouble> {};

INSTANTIATE_TEST_SUITE_P(JobSimulation, EveryOperation,
                         ::testing::Values(Trouble{"Killed", Fault::kDies, 0, false},
                                           Trouble{"KilledInAWrite", Fault::kDiesHalfway, 0, false},
                                           Trouble{"PowerCut", Fault::kDies, 0, true},
                                           Trouble{"NoSpace", Fault::kFails, ENOSPC, true},
                                           Trouble{"TornWrite", Fault::kFailsHalfway, ENOSPC, false},
                                           Trouble{"IoError", Fault::kFails, EIO, false}),
                         [](const auto& test) { return test.param.name; });

TEST_P(EveryOperation, MakesNoDifferenceInTheEnd) {
  const Quiet quiet;
  const auto input = test_input(1, 3, 100);
  const Left expected = undisturbed(input);
  const Trouble trouble = GetParam();
  // A power cut leaves one of many states.
  const std::uint64_t seeds = trouble.power ? (soak() ? 8 : 2) : 1;
  for (std::uint64_t nth = 1;; ++nth) {
    bool reached = false;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      SCOPED_TRACE(fmt::format("{} at operation {}, seed {}", trouble.name, nth, seed));
      JobWorld world(input);
      RunPlan plan{.fault_at = nth, .fault = trouble.fault, .error = trouble.error};
      RunOutcome outcome = world.run(plan);
      reached = outcome.operations >= nth;
      if (trouble.power) {
        world.files().crash(1000 * nth + seed);
      } else {
        world.files().kill();
      }
      std::optional<Summary> summary;
      if (outcome.summary) {
        summary = *outcome.summary;
      } else {
        summary = run_to_the_end(world, {.batch_records = 16, .polls_per_checkpoint = 10});
      }
      ASSERT_TRUE(summary);
      expect_same(expected, world, *summary);
      if (HasFailure()) return;
    }
    if (!reached) break;
  }
}

/// What readers find of a file of messages: each that is whole, however the bytes around it were torn.
std::set<std::string> missing_messages(const std::string& expected, const std::string& found) {
  std::set<std::string> missing;
  for (std::string_view rest = expected; !rest.empty();) {
    const FrameLength frame = read_frame_length(rest);
    const std::string_view message = rest.substr(0, frame.prefix + frame.length);
    if (found.find(message) == std::string::npos) missing.emplace(message);
    rest.remove_prefix(message.size());
  }
  return missing;
}

TEST(JobSimulation, AtLeastOnceLosesNothingToAPowerCut) {
  const Quiet quiet;
  const auto input = test_input(1, 3, 100);
  const Left expected = undisturbed(input);
  const auto file = [](JobWorld& world, const std::string& name) {
    return read_file(world.files(), "out/" + name, std::size_t{1} << 30).value_or("");
  };
  JobWorld calm(input);
  ASSERT_TRUE(calm.run({.batch_records = 4096}).summary);
  const std::uint64_t seeds = soak() ? 8 : 2;
  bool reached = true;
  for (std::uint64_t nth = 1; reached; ++nth) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      SCOPED_TRACE(fmt::format("power lost at operation {}, seed {}", nth, seed));
      JobWorld world(input);
      const RunOutcome outcome =
          world.run({.delivery = DeliveryMode::kAtLeastOnce, .fault_at = nth, .fault = Fault::kDies});
      reached = outcome.operations >= nth;
      world.files().crash(1000 * nth + seed);
      if (!outcome.summary) {
        ASSERT_TRUE(run_to_the_end(
            world, {.batch_records = 16, .delivery = DeliveryMode::kAtLeastOnce, .polls_per_checkpoint = 10}));
        world.files().crash(1000 * nth + seed);
      }
      const auto output = world.output();
      for (const auto& [path, bytes] : expected.output) {
        if (!path.ends_with(".csv")) continue;
        ASSERT_TRUE(output.contains(path) && output.at(path) == bytes) << path;
      }
      for (const char* name : {"results.pb", "late.letters", "dead.letters"}) {
        ASSERT_TRUE(missing_messages(file(calm, name), file(world, name)).empty()) << name;
      }
    }
  }
}

/// Everything at once, again and again: faults, power cuts, damaged checkpoints, orderly stops, other numbers of
/// threads, batches cut elsewhere.
void live_a_hard_life(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto input = test_input(seed, 1 + static_cast<int>(below(4)), 50 + static_cast<int>(below(150)));
  const Left expected = undisturbed(input);
  JobWorld world(input);
  std::optional<Summary> finished;
  const int troubled_runs = 2 + static_cast<int>(below(6));
  for (int run = 0; run < troubled_runs && !finished; ++run) {
    constexpr Fault kFaults[] = {Fault::kFails, Fault::kFailsHalfway, Fault::kDies, Fault::kDiesHalfway};
    RunPlan plan{.threads = 1 + static_cast<std::uint32_t>(below(3)),
                 .batch_records = 3 + below(40),
                 .polls_per_checkpoint = 2 + below(10),
                 .stop_after_polls = below(4) == 0 ? 1 + below(30) : 0,
                 .fault_at = 1 + below(120),
                 .fault = kFaults[below(4)],
                 .error = below(2) == 0 ? ENOSPC : EIO};
    const RunOutcome outcome = world.run(plan);
    if (outcome.summary && outcome.summary->finished) finished = *outcome.summary;
    if (below(2) == 0) {
      world.files().crash(random());
    } else {
      world.files().kill();
    }
    if (!finished && below(4) == 0) world.damage_newest_checkpoint(random());
  }
  if (!finished) {
    finished = run_to_the_end(world, {.threads = 1 + static_cast<std::uint32_t>(below(3)),
                                      .batch_records = 1 + below(40),
                                      .polls_per_checkpoint = 10 + below(10)});
  }
  ASSERT_TRUE(finished);
  expect_same(expected, world, *finished);
}

TEST(JobSimulation, AHardLifeMakesNoDifferenceInTheEnd) {
  const Quiet quiet;
  if (const char* seed = std::getenv("TEMBLOR_SEED")) {
    live_a_hard_life(std::strtoull(seed, nullptr, 10));
    return;
  }
  // Seeds are tried in order for some time: the more, the faster the machine.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(soak() ? 300 : 8);
  std::uint64_t seed = 0;
  for (; std::chrono::steady_clock::now() < end && !::testing::Test::HasFailure(); ++seed) live_a_hard_life(seed);
  fmt::print("{} lives\n", seed);
}

}  // namespace
}  // namespace temblor
