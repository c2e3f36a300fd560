#include "connectors/csv/csv_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/csv/csv_text.h"
#include "connectors/registry.h"
#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WindowResults window(std::int64_t start_ms) {
  WindowResults results;
  results.window_start = timestamp_from_ms(start_ms);
  results.window_end = timestamp_from_ms(start_ms + 1000);
  results.rows.emplace_back();
  results.rows.back().sensor_id = "S001";
  results.rows.back().max_amplitude = static_cast<float>(start_ms);
  return results;
}

std::string text_of(const WindowResults& results) {
  std::string text;
  append_csv(results, text);
  return text;
}

TEST(CsvSink, PutsAWindowIntoADatedFolder) {
  MemoryFileSystem files;
  CsvSink sink(files, "/out");
  ASSERT_TRUE(sink.open(nullptr));
  ASSERT_TRUE(sink.write(window(1274977473000)));
  EXPECT_EQ(read_file(files, "/out/2010-05-27/16/1274977473000.csv", 1000).value(), text_of(window(1274977473000)));
  EXPECT_THAT(files.list("/out/2010-05-27/16").value(), ElementsAre("1274977473000.csv"));
}

TEST(CsvSink, WithoutADirectoryWritesWhereItIsSaid) {
  MemoryFileSystem files;
  SimClock clock;
  for (const std::string uri : {"csv:", "csv"}) {
    const auto sink = make_sink(uri, {.clock = clock, .files = files, .hash_seed = 0});
    ASSERT_TRUE(sink);
    EXPECT_TRUE((*sink)->lasting());
    ASSERT_TRUE((*sink)->open(nullptr));
    ASSERT_TRUE((*sink)->write(window(0)));
    EXPECT_TRUE(files.exists("output/seismic_agg_result/1970-01-01/00/0.csv"));
    ASSERT_TRUE(files.remove("output/seismic_agg_result/1970-01-01/00/0.csv"));
  }
}

TEST(CsvSink, RefusesSettings) {
  MemoryFileSystem files;
  SimClock clock;
  const auto sink = make_sink("csv:/out?x=1", {.clock = clock, .files = files, .hash_seed = 0});
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().blame, Blame::kUser);
  EXPECT_THAT(files.list("/").value(), IsEmpty()) << "nothing is touched before open";
}

TEST(CsvSink, AReaderNeverSeesHalfAFile) {
  std::vector<WindowResults> windows;
  for (std::int64_t i = 0; i < 3; ++i) windows.push_back(window(i * 3'600'000));
  const auto run = [&](FileSystem& files) -> Result<void> {
    CsvSink sink(files, "/out");
    TEMBLOR_TRY(sink.open(nullptr));
    TEMBLOR_TRY(sink.commit("", windows));
    return sink.write(windows[0]);
  };
  std::uint64_t steps = 0;
  {
    MemoryFileSystem disk;
    FaultyFileSystem counting(disk);
    ASSERT_TRUE(run(counting));
    steps = counting.count();
  }
  for (std::uint64_t step = 1; step <= steps; ++step) {
    MemoryFileSystem disk;
    FaultyFileSystem faulty(disk);
    faulty.inject(step, Fault::kDiesHalfway);
    ASSERT_FALSE(run(faulty));
    disk.kill();
    for (const WindowResults& results : windows) {
      const std::string path = "/out/" + csv_folder(results.window_start) + "/" + csv_name(results.window_start);
      if (disk.exists(path)) {
        EXPECT_EQ(read_file(disk, path, 1000).value(), text_of(results)) << step;
      }
    }
  }
}

TEST(CsvSink, CommitsSyncsEachFileAndEachFolderOnce) {
  MemoryFileSystem disk;
  FaultyFileSystem files(disk);
  CsvSink sink(files, "/out");
  ASSERT_TRUE(sink.open(nullptr));
  std::vector<WindowResults> windows;
  for (std::int64_t i = 0; i < 100; ++i) windows.push_back(window(i * 1000));
  const auto before = files.operations().size();
  ASSERT_TRUE(sink.commit("", windows));
  std::size_t syncs = 0;
  std::size_t folder_syncs = 0;
  const auto operations = files.operations();
  for (std::size_t i = before; i < operations.size(); ++i) {
    syncs += operations[i].name == "sync" ? 1 : 0;
    folder_syncs += operations[i].name == "sync_directory" ? 1 : 0;
  }
  EXPECT_EQ(syncs, 100U);
  EXPECT_EQ(folder_syncs, 1U);
}

}  // namespace
}  // namespace temblor
