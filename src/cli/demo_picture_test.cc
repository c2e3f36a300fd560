#include "cli/demo_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::Not;

Timestamp at_second(std::int64_t s) { return timestamp_from_ms(1'274'977'440'000 + s * 1000); }  // 16:24:00

std::vector<SensorWindow> windows(const std::vector<float>& swings) {
  std::vector<SensorWindow> made;
  for (std::size_t i = 0; i < swings.size(); ++i) {
    if (swings[i] > 0) made.push_back({.start = at_second(static_cast<std::int64_t>(i)), .max = swings[i]});
  }
  return made;
}

TEST(DemoPictureTest, DrawsEachSensorOnItsOwnScale) {
  const WindowHistory history = {{"A", windows({1, 1, 1, 1, 1, 100, 10, 1})},
                                 {"BB", windows({5, 5, 5, 0, 5, 5, 5, 50})}};
  const auto text = draw_history(history, {}, {});
  EXPECT_THAT(text, HasSubstr("A   ▁▁▁▁▁█▅▁\n"));
  EXPECT_THAT(text, HasSubstr("BB  ▁▁▁ ▁▁▁█\n"));
}

TEST(DemoPictureTest, MarksTimeAndEvents) {
  std::vector<float> swings(150, 1);
  swings[70] = 50;
  const std::vector<ShakingEvent> events = {
      {.start = at_second(70), .last = at_second(70), .peak = at_second(70), .stations = {"A"}, .strength = 50}};
  const auto text = draw_history({{"A", windows(swings)}}, events, {});
  // Two seconds in a column: the whole minute is the 30th column, the event the 35th.
  EXPECT_THAT(text, HasSubstr("   16:24:00" + std::string(22, ' ') + "│16:25" + std::string(24, ' ') + "│16:26\n"));
  EXPECT_THAT(text, HasSubstr("   " + std::string(35, ' ') + "▲1\n"));
}

TEST(DemoPictureTest, ColoursEventsOnATerminalOnly) {
  const WindowHistory history = {{"A", windows({1, 1, 9, 1})}};
  const std::vector<ShakingEvent> events = {
      {.start = at_second(2), .last = at_second(2), .peak = at_second(2), .stations = {"A"}, .strength = 9}};
  EXPECT_THAT(draw_history(history, events, {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(list_events(events, {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(draw_history(history, events, {.colour = true}), HasSubstr("▁▁\x1b[31m█\x1b[0m▁"));
}

TEST(DemoPictureTest, StaysWithinItsWidthAndRows) {
  WindowHistory history;
  for (int i = 0; i < 60; ++i)
    history["NET.STATION.LO.CHANNEL" + std::to_string(i)] = windows(std::vector<float>(5000, 2));
  const auto text = draw_history(history, {}, {.columns = 80});
  std::size_t columns = 0;
  std::size_t widest = 0;
  std::size_t lines = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++columns;
    if (c == '\n') {
      widest = std::max(widest, columns - 1);
      columns = 0;
      ++lines;
    }
  }
  EXPECT_LE(widest, 80U);
  EXPECT_EQ(lines, kMostRows + 2);
  EXPECT_THAT(text, HasSubstr("… and 20 more\n"));
}

TEST(DemoPictureTest, DrawsNothingOfNothing) {
  EXPECT_EQ(draw_history({}, {}, {}), "");
  EXPECT_EQ(draw_history({{"A", {}}}, {}, {}), "");
  EXPECT_EQ(list_events({}, {}), "");
}

TEST(DemoPictureTest, ListsEvents) {
  const std::vector<ShakingEvent> events = {
      {.start = at_second(33),
       .last = at_second(40),
       .peak = at_second(34),
       .stations = {"BW.UH1", "BW.UH2"},
       .strength = 984},
      {.start = at_second(86), .last = at_second(86), .peak = at_second(86), .stations = {"BW.UH3"}, .strength = 1}};
  EXPECT_EQ(list_events(events, {}),
            "  1  16:24:33  ████████████████████████     984 × quiet  BW.UH1 BW.UH2\n"
            "  2  16:25:26  █                            1.0 × quiet  BW.UH3\n");
}

}  // namespace
}  // namespace temblor
