#include "connectors/console/console_text.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

std::string console_text(std::string_view id) {
  WindowResults results;
  results.rows = {{.sensor_id = id,
                   .avg_amplitude = 4.2F,
                   .max_amplitude = 5,
                   .min_amplitude = 3.2F,
                   .p_phase_count = 12,
                   .s_phase_count = 8,
                   .n_phase_count = 5}};
  std::string out;
  append_console_text(results, out);
  return out;
}

std::string expected(const std::string& id) {
  return "Window Result: " + id + " avg=4.2 max=5.0 min=3.2 P=12 S=8 N=5\n";
}

TEST(ConsoleText, IsALineForEachResult) {
  EXPECT_EQ(console_text("S001"), expected("S001"));
  EXPECT_EQ(console_text("BW.UH1..SHZ"), expected("BW.UH1..SHZ"));
}

TEST(ConsoleText, LetsNoSensorIdCommandTheTerminal) {
  EXPECT_EQ(console_text("\x1b[2J"), expected("\\x1b[2J"));
  EXPECT_EQ(console_text("a\nb\r\t\x7f"), expected("a\\x0ab\\x0d\\x09\\x7f"));
  EXPECT_EQ(console_text(std::string_view("\0", 1)), expected("\\x00"));
  EXPECT_EQ(console_text("\xC2\x9B"), expected("\\xc2\\x9b")) << "U+009B begins a command as ESC [ does";
  EXPECT_EQ(console_text("\x9B"), expected("\\x9b")) << "no UTF-8";
  EXPECT_EQ(console_text("\xE5\x8C\x97\xFF"), expected("\\xe5\\x8c\\x97\\xff")) << "no UTF-8";
}

TEST(ConsoleText, LeavesOtherLettersAsTheyAre) {
  EXPECT_EQ(console_text("\xE5\x8C\x97\xE4\xBA\xAC"), expected("\xE5\x8C\x97\xE4\xBA\xAC"));
  EXPECT_EQ(console_text("\xC2\xB5m"), expected("\xC2\xB5m"));
}

}  // namespace
}  // namespace temblor
