#include "cli/event_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Timestamp second(std::int64_t s) { return timestamp_from_ms(s * 1000); }

/// 200 quiet windows that swing between 90 and 110 around an offset of 1,000.
std::vector<SensorWindow> quiet_windows() {
  std::vector<SensorWindow> windows;
  for (std::int64_t s = 0; s < 200; ++s) {
    windows.push_back({.start = second(s), .max = 1090.0F + static_cast<float>(s * 8 % 21), .min = 1000.0F});
  }
  return windows;
}

void shake(std::vector<SensorWindow>& windows, std::size_t at, float swing) {
  windows[at].max = windows[at].min + swing;
  windows[at].p_phases = 3;
}

TEST(EventSearchTest, FindsWhatSeveralStationsSee) {
  WindowHistory history = {{"BW.UH1..SHZ", quiet_windows()}, {"BW.UH2..SHZ", quiet_windows()}};
  shake(history["BW.UH1..SHZ"], 50, 5000);
  shake(history["BW.UH2..SHZ"], 50, 2000);
  shake(history["BW.UH1..SHZ"], 52, 1000);
  shake(history["BW.UH2..SHZ"], 52, 1000);
  shake(history["BW.UH1..SHZ"], 120, 300);
  shake(history["BW.UH2..SHZ"], 120, 300);
  const auto events = find_events(history);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].start, second(50));
  EXPECT_EQ(events[0].peak, second(50));
  EXPECT_EQ(events[0].last, second(52));
  EXPECT_THAT(events[0].stations, ElementsAre("BW.UH1", "BW.UH2"));
  EXPECT_NEAR(events[0].strength, 50, 0.5);
  EXPECT_EQ(events[1].start, second(120));
  EXPECT_NEAR(events[1].strength, 3, 0.1);
}

TEST(EventSearchTest, IgnoresWhatOneStationSeesAlone) {
  WindowHistory history = {
      {"BW.UH1..SHZ", quiet_windows()}, {"BW.UH1..SHN", quiet_windows()}, {"BW.UH2..SHZ", quiet_windows()}};
  shake(history["BW.UH1..SHZ"], 50, 5000);
  shake(history["BW.UH1..SHN"], 50, 5000);
  shake(history["BW.UH2..SHZ"], 90, 5000);
  EXPECT_THAT(find_events(history), IsEmpty());
}

TEST(EventSearchTest, LeavesAloneWhatNobodyPicked) {
  WindowHistory history = {{"BW.UH1..SHZ", quiet_windows()}, {"BW.UH2..SHZ", quiet_windows()}};
  for (auto& [id, windows] : history) windows[50].max = 9000;
  EXPECT_THAT(find_events(history), IsEmpty());
}

TEST(EventSearchTest, TrustsTheOnlyStation) {
  WindowHistory history = {{"S001", quiet_windows()}};
  shake(history["S001"], 50, 5000);
  EXPECT_EQ(find_events(history).size(), 1U);
}

TEST(EventSearchTest, FindsNothingInQuietOrInNothing) {
  EXPECT_THAT(find_events({}), IsEmpty());
  EXPECT_THAT(find_events({{"S001", {}}}), IsEmpty());
  EXPECT_THAT(find_events({{"S001", quiet_windows()}, {"S002", quiet_windows()}}), IsEmpty());
  EXPECT_THAT(find_events({{"S001", {{.start = second(1), .max = 5, .min = 5}}}}), IsEmpty());
}

TEST(EventSearchTest, KnowsStations) {
  EXPECT_EQ(station_of("BW.UH1..SHZ"), "BW.UH1");
  EXPECT_EQ(station_of("..."), ".");
  EXPECT_EQ(station_of("S001"), "S001");
  EXPECT_EQ(station_of("a.b"), "a.b");
}

}  // namespace
}  // namespace temblor
