// The exactly-once way into a topic against a simulated cluster in which everything goes wrong and the sender dies, for
// many seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <map>

#include "testing/sim_topic.h"

namespace temblor::rocketmq {
namespace {

constexpr std::int32_t kQueues = 2;
constexpr std::size_t kCheckpoints = 8;

/// What a checkpoint keeps of the topic and of what was to be sent with it.
struct Durable {
  std::string prepared;
  std::size_t number = 0;  ///< of the commit
};

struct World : SimTopic {
  explicit World(std::uint64_t seed) : SimTopic(seed, {"a", "b"}, kQueues) {
    for (std::size_t commit = 0; commit < kCheckpoints; ++commit) {
      for (std::uint32_t i = 0; i < network.random(40); ++i) {
        KeyedMessage message;
        message.queue_by = fmt::format("S{}", network.random(10));
        message.key = fmt::format("{}|{}.{}", message.queue_by, commit, i);
        message.body = message.key;
        commits[commit].push_back(std::move(message));
      }
    }
  }

  std::vector<KeyedMessage> commits[kCheckpoints];
};

/// A commit in pieces, as sinks make it.
Result<void> commit(World& world, TopicLog& log, const Durable& durable) {
  TEMBLOR_ASSIGN(const bool anything, log.begin_commit(durable.prepared));
  if (!anything) return {};
  const std::span<const KeyedMessage> messages = world.commits[durable.number];
  const std::size_t half = messages.size() / 2;
  TEMBLOR_TRY(log.append(messages.first(half)));
  TEMBLOR_TRY(log.append(messages.subspan(half)));
  log.end_commit();
  return {};
}

/// One life of the process: from the last checkpoint to the last commit, an error, or its death.
Result<void> live(World& world, std::optional<Durable>& durable) {
  const auto log = world.start();
  TEMBLOR_TRY(log->open(durable ? &durable->prepared : nullptr));
  if (durable) TEMBLOR_TRY(commit(world, *log, *durable));
  while (!durable || durable->number + 1 < kCheckpoints) {
    TEMBLOR_ASSIGN(std::string prepared, log->prepare());
    durable = Durable{.prepared = std::move(prepared), .number = durable ? durable->number + 1 : 0};
    // A coordinator tries again some times, even after it went well: another sink may have failed.
    for (int attempt = 0; attempt < 3; ++attempt) {
      auto done = commit(world, *log, *durable);
      if (done && world.network.random(4) != 0) break;
      if (!done && attempt == 2) return done;
    }
  }
  return {};
}

/// All that the topic holds, and how often.
std::map<std::string, int> stored(World& world) {
  std::map<std::string, int> bodies;
  for (const char* broker : {"a", "b"}) {
    for (std::int32_t id = 0; id < kQueues; ++id) {
      for (const auto& message : world.broker.log(World::kName, {.broker = broker, .id = id})) ++bodies[message.body];
    }
  }
  return bodies;
}

void run(std::uint64_t seed) {
  World world(seed);
  SimNetwork& network = world.network;
  world.broker.set_faults({.drop = network.random(40),
                           .duplicate = network.random(40),
                           .delay = network.random(40),
                           .busy = network.random(40),
                           .cut = network.random(40),
                           .restart = network.random(10)});
  std::optional<Durable> durable;
  bool done = false;
  std::string error = "it dies again and again";
  for (int lives = 0; !done; ++lives) {
    ASSERT_LT(lives, 100) << error;
    // A look back takes some two seconds, a commit some hundredths of one.
    constexpr std::uint32_t kLives[] = {60, 300, 3000, 30'000};
    if (lives < 8) world.dies_at = network.now() + std::chrono::milliseconds(network.random(kLives[network.random(4)]));
    try {
      const auto lived = live(world, durable);
      done = lived.has_value();
      if (!done) error = lived.error().to_line();
    } catch (const SimDeath&) {
      continue;
    }
  }
  std::map<std::string, int> expected;
  for (const auto& messages : world.commits) {
    for (const KeyedMessage& message : messages) expected[message.body] = 1;
  }
  EXPECT_EQ(stored(world), expected);
}

TEST(TopicLogSimulation, EachMessageArrivesOnce) {
  spdlog::set_level(spdlog::level::off);
  const std::uint64_t seeds = std::getenv("TEMBLOR_SOAK") != nullptr ? 10'000 : 2000;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    run(seed);
    if (HasFatalFailure() || HasNonfatalFailure()) break;
  }
  spdlog::set_level(spdlog::level::info);
}

}  // namespace
}  // namespace temblor::rocketmq
