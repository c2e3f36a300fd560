// What every lasting sink keeps to: run over its twin in memory, the file and the CSV files, with the process killed
// and the power lost at every step that changes something on disk.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <ostream>

#include "connectors/csv/csv_sink.h"
#include "connectors/file/file_sink.h"
#include "connectors/memory/memory_sink.h"
#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"

namespace temblor {
namespace {

using Visible = std::vector<std::string>;

/// Three results in each of 12 windows that lie 20 minutes apart: over several folders.
constexpr std::int64_t kWindows = 12;
WindowResults window(std::int64_t number) {
  constexpr std::string_view kIds[] = {"BW.UH1..SHZ", "S,\"1\"", "S002"};
  WindowResults results;
  results.window_start = timestamp_from_ms(number * 1'200'000);
  results.window_end = results.window_start + Milliseconds(1000);
  for (const std::string_view id : kIds) {
    ResultRow row;
    row.sensor_id = id;
    row.avg_amplitude = 0.5F + static_cast<float>(number);
    row.p_phase_count = static_cast<std::int32_t>(number);
    results.rows.push_back(row);
  }
  return results;
}

std::vector<WindowResults> windows(std::int64_t from, std::int64_t to) {
  std::vector<WindowResults> all;
  for (std::int64_t number = from; number < to; ++number) all.push_back(window(number));
  return all;
}

/// What outlives a process: the disk, and the twin's output.
struct World {
  MemoryFileSystem disk;
  std::shared_ptr<MemoryOutput> output = std::make_shared<MemoryOutput>();
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Sink>(World&, FileSystem&)> make;
  std::function<Visible(World&)> visible;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

const Kind kMemory{"memory", [](World& world, FileSystem&) { return std::make_unique<MemorySink>(world.output); },
                   [](World& world) { return world.output->visible(); }};

const Kind kFile{"file",
                 [](World&, FileSystem& files) { return std::make_unique<FileSink>(files, "/out/deep/results.pb"); },
                 [](World& world) -> Visible {
                   const auto bytes = read_file(world.disk, "/out/deep/results.pb", 1'000'000);
                   return bytes && !bytes->empty() ? Visible{*bytes} : Visible{};
                 }};

/// The files that a reader would take: those without a dot in front.
void find_files(FileSystem& disk, const std::string& folder, Visible& found) {
  const auto names = disk.list(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    if (name.front() == '.') continue;
    if (const auto bytes = read_file(disk, path, 1'000'000)) {
      found.push_back(path + "\n" + *bytes);
    } else {
      find_files(disk, path, found);
    }
  }
}

const Kind kCsv{"csv", [](World&, FileSystem& files) { return std::make_unique<CsvSink>(files, "/out/csv"); },
                [](World& world) {
                  Visible found;
                  find_files(world.disk, "/out/csv", found);
                  return found;
                }};

/// What a checkpoint holds of a sink: the windows from..to are to be committed with `prepared`.
struct Checkpoint {
  std::string prepared;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Delivers all windows as a job does, four in each checkpoint, from the last checkpoint on. Its own writing of
/// checkpoints never fails here.
Result<void> deliver(Sink& sink, std::optional<Checkpoint>& checkpoint) {
  TEMBLOR_TRY(sink.open(checkpoint ? &checkpoint->prepared : nullptr));
  if (checkpoint) TEMBLOR_TRY(sink.commit(checkpoint->prepared, windows(checkpoint->from, checkpoint->to)));
  std::int64_t next = checkpoint ? checkpoint->to : 0;
  while (next < kWindows) {
    TEMBLOR_ASSIGN(auto prepared, sink.prepare());
    checkpoint = Checkpoint{.prepared = std::move(prepared), .from = next, .to = next + 4};
    next += 4;
    TEMBLOR_TRY(sink.commit(checkpoint->prepared, windows(checkpoint->from, checkpoint->to)));
  }
  return sink.close();
}

class SinkContract : public ::testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Sink> make() { return GetParam().make(world_, world_.disk); }
  Visible visible() { return GetParam().visible(world_); }

  /// What is visible after everything was delivered without a fault, and in how many steps.
  static std::pair<Visible, std::uint64_t> undisturbed() {
    World world;
    FaultyFileSystem counting(world.disk);
    std::optional<Checkpoint> checkpoint;
    EXPECT_TRUE(deliver(*GetParam().make(world, counting), checkpoint));
    return {GetParam().visible(world), counting.count()};
  }

  World world_;
};

TEST_P(SinkContract, WritesWindowByWindow) {
  const auto sink = make();
  ASSERT_TRUE(sink->open(nullptr));
  Visible before = visible();
  for (std::int64_t number = 0; number < kWindows; ++number) {
    ASSERT_TRUE(sink->write(window(number)));
    EXPECT_NE(visible(), before) << "what was written must be visible";
    before = visible();
  }
  ASSERT_TRUE(sink->close());
  EXPECT_EQ(visible(), undisturbed().first) << "both ways of delivering lead to the same";
}

TEST_P(SinkContract, WhatIsWrittenAndSyncedOutlivesAPowerCut) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world;
    const auto sink = GetParam().make(world, world.disk);
    ASSERT_TRUE(sink->open(nullptr));
    for (std::int64_t number = 0; number < kWindows; ++number) ASSERT_TRUE(sink->write(window(number)));
    ASSERT_TRUE(sink->sync());
    world.disk.crash(seed);
    EXPECT_EQ(GetParam().visible(world), undisturbed().first) << "seed " << seed;
  }
}

TEST_P(SinkContract, ShowsNothingBeforeTheCommit) {
  const auto sink = make();
  ASSERT_TRUE(sink->open(nullptr));
  const auto prepared = sink->prepare();
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(visible().empty());
  ASSERT_TRUE(sink->commit(*prepared, windows(0, 1)));
  EXPECT_FALSE(visible().empty());
}

TEST_P(SinkContract, ACommitMayBeRepeated) {
  const auto sink = make();
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->commit(sink->prepare().value(), windows(0, 3)));
  const std::string prepared = sink->prepare().value();
  ASSERT_TRUE(sink->commit(prepared, windows(3, 6)));
  const Visible once = visible();
  ASSERT_TRUE(sink->commit(prepared, windows(3, 6)));
  EXPECT_EQ(visible(), once) << "by the same sink";
  const auto next = make();
  ASSERT_TRUE(next->open(&prepared));
  ASSERT_TRUE(next->commit(prepared, windows(3, 6)));
  EXPECT_EQ(visible(), once) << "by one that was opened again";
  const std::string after = next->prepare().value();
  ASSERT_TRUE(next->commit(after, windows(6, 7)));
  EXPECT_NE(visible(), once);
}

TEST_P(SinkContract, AnEmptyCommitChangesNothing) {
  const auto sink = make();
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->commit(sink->prepare().value(), windows(0, 3)));
  const Visible before = visible();
  ASSERT_TRUE(sink->commit(sink->prepare().value(), {}));
  EXPECT_EQ(visible(), before);
}

TEST_P(SinkContract, IsTheSameWhereverTheProcessIsKilled) {
  const auto [expected, steps] = undisturbed();
  for (const Fault fault : {Fault::kDies, Fault::kDiesHalfway}) {
    for (std::uint64_t step = 1; step <= steps; ++step) {
      World world;
      std::optional<Checkpoint> checkpoint;
      FaultyFileSystem faulty(world.disk);
      faulty.inject(step, fault);
      ASSERT_FALSE(deliver(*GetParam().make(world, faulty), checkpoint)) << step;
      world.disk.kill();
      const auto recovered = deliver(*GetParam().make(world, world.disk), checkpoint);
      ASSERT_TRUE(recovered) << step << ": " << recovered.error().to_line();
      ASSERT_EQ(GetParam().visible(world), expected) << "killed at step " << step;
    }
  }
}

TEST_P(SinkContract, IsTheSameWhereverThePowerIsLost) {
  const auto [expected, steps] = undisturbed();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::uint64_t step = 1; step <= steps; ++step) {
      World world;
      std::optional<Checkpoint> checkpoint;
      FaultyFileSystem faulty(world.disk);
      faulty.inject(step, Fault::kDiesHalfway);
      ASSERT_FALSE(deliver(*GetParam().make(world, faulty), checkpoint)) << step;
      world.disk.crash(seed);
      const auto recovered = deliver(*GetParam().make(world, world.disk), checkpoint);
      ASSERT_TRUE(recovered) << step << ": " << recovered.error().to_line();
      // What was committed is lasting: another power cut right away takes nothing of it.
      world.disk.crash(seed + 1);
      ASSERT_EQ(GetParam().visible(world), expected) << "power lost at step " << step << ", seed " << seed;
    }
  }
}

TEST_P(SinkContract, GoesOnAfterAStepThatFailed) {
  const auto [expected, steps] = undisturbed();
  for (const Fault fault : {Fault::kFails, Fault::kFailsHalfway}) {
    for (std::uint64_t step = 1; step <= steps; ++step) {
      World world;
      std::optional<Checkpoint> checkpoint;
      FaultyFileSystem faulty(world.disk);
      faulty.inject(step, fault, EIO);
      const auto sink = GetParam().make(world, faulty);
      ASSERT_FALSE(deliver(*sink, checkpoint)) << step;
      // The disk has room again, and the job is started once more.
      const auto recovered = deliver(*GetParam().make(world, faulty), checkpoint);
      ASSERT_TRUE(recovered) << step << ": " << recovered.error().to_line();
      ASSERT_EQ(GetParam().visible(world), expected) << "failed at step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SinkContract, ::testing::Values(kMemory, kFile, kCsv),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace temblor
