#include "connectors/miniseed/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/miniseed/test_records.h"
#include "testing/memory_file_system.h"

namespace temblor::miniseed {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

// A record of one second.
std::string second(int at, const std::string& channel = "SHZ") {
  TestTrace trace;
  trace.channel = channel;
  trace.start_us = kTestStart + at * kSecond;
  trace.values = ramp(100);
  trace.encoding = DE_STEIM1;
  std::string bytes = pack(trace);
  EXPECT_EQ(bytes.size(), 512U);
  return bytes;
}

Index index(MemoryFileSystem& files) {
  auto made = index_files(files, *files.glob("*"));
  EXPECT_TRUE(made) << made.error().to_line();
  EXPECT_EQ(files.open_inputs(), 0U);
  return std::move(*made);
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> places(const Channel& channel) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (const Extent& extent : channel.extents) all.emplace_back(extent.offset, extent.bytes);
  return all;
}

using testing::ElementsAre;
using testing::Pair;

TEST(Index, JoinsRecordsThatFollowOneAnother) {
  MemoryFileSystem files;
  files.put("a", second(0) + second(1) + second(2));
  const Index made = index(files);
  ASSERT_EQ(made.channels.size(), 1U);
  const Channel& channel = made.channels.at("BW.UH1..SHZ");
  EXPECT_THAT(places(channel), ElementsAre(Pair(0, 1536)));
  EXPECT_EQ(channel.extents[0].start_us, kTestStart);
  EXPECT_EQ(channel.samples, 300U);
  EXPECT_TRUE(made.waste.empty());
}

TEST(Index, PartsAtGapsAndAtOtherChannels) {
  MemoryFileSystem files;
  files.put("a", second(0) + second(2) + second(3, "SHE") + second(3) + second(1));
  const Index made = index(files);
  EXPECT_THAT(places(made.channels.at("BW.UH1..SHZ")),
              ElementsAre(Pair(0, 512), Pair(2048, 512), Pair(512, 512), Pair(1536, 512)));
  EXPECT_THAT(places(made.channels.at("BW.UH1..SHE")), ElementsAre(Pair(1024, 512)));
}

TEST(Index, SortsOverAllFiles) {
  MemoryFileSystem files;
  files.put("a", second(5) + second(6));
  files.put("b", second(0));
  files.put("c", second(5));
  const Index made = index(files);
  const auto& extents = made.channels.at("BW.UH1..SHZ").extents;
  ASSERT_EQ(extents.size(), 3U);
  EXPECT_EQ(made.files[extents[0].file], "b");
  EXPECT_EQ(made.files[extents[1].file], "a");
  EXPECT_EQ(made.files[extents[2].file], "c");
}

TEST(Index, FindsTheNextRecordBehindDamage) {
  MemoryFileSystem files;
  std::string spoilt = second(1);
  spoilt[6] = 'x';
  files.put("a", second(0) + spoilt + second(2));
  files.put("b", "no seismogram at all");
  files.put("c", second(3).substr(5) + second(4) + second(5).substr(0, 300));
  files.put("d", "");
  const Index made = index(files);
  EXPECT_THAT(places(made.channels.at("BW.UH1..SHZ")), ElementsAre(Pair(0, 512), Pair(1024, 512), Pair(507, 512)));
  ASSERT_EQ(made.waste.size(), 4U);
  EXPECT_EQ(made.waste[0].offset, 512U);
  EXPECT_EQ(made.waste[0].bytes, 512U);
  EXPECT_EQ(made.waste[1].bytes, 20U);
  EXPECT_EQ(made.waste[2].bytes, 507U);
  EXPECT_EQ(made.waste[3].offset, 1019U);
  EXPECT_EQ(made.waste[3].bytes, 300U);
  ASSERT_EQ(made.warnings.size(), 3U);
  EXPECT_THAT(made.warnings[0], testing::StartsWith("a: 1 damaged place(s), 512 bytes that are no miniSEED record"));
}

TEST(Index, DoesNotDependOnHowMuchIsReadAtOnce) {
  MemoryFileSystem files;
  files.put("a", second(0) + std::string(3000, 'D') + second(1) + second(2, "SHE") + std::string(700, ' ') + second(3));
  const Index whole = index(files);
  files.limit_reads(13);
  const Index pieces = index(files);
  ASSERT_EQ(pieces.channels.size(), whole.channels.size());
  for (const auto& [id, channel] : whole.channels) EXPECT_EQ(places(pieces.channels.at(id)), places(channel));
  EXPECT_EQ(pieces.waste.size(), whole.waste.size());
  EXPECT_EQ(pieces.waste.front().bytes + pieces.waste.back().bytes, 3700U);
}

TEST(Index, PassesOverRecordsWithoutSamples) {
  TestTrace text;
  text.channel = "LOG";
  text.encoding = DE_ASCII;
  text.values = {'o', 'k'};
  MemoryFileSystem files;
  files.put("a", pack(text) + second(0));
  const Index made = index(files);
  EXPECT_EQ(made.channels.size(), 1U);
  EXPECT_TRUE(made.waste.empty());
}

TEST(Index, TellsHowFarItIs) {
  MemoryFileSystem files;
  files.put("a", second(0));
  files.put("b", "nothing");
  files.put("c", second(1));
  std::vector<std::size_t> told;
  EXPECT_TRUE(index_files(files, {"a", "b", "c"}, [&](std::size_t done) { told.push_back(done); }));
  EXPECT_THAT(told, ElementsAre(1, 2, 3));
}

TEST(Index, AFileThatIsGoneIsAnError) {
  MemoryFileSystem files;
  EXPECT_FALSE(index_files(files, {"a"}));
}

}  // namespace
}  // namespace temblor::miniseed
