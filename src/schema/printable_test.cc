#include "schema/printable.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(PrintableTest, LeavesTextAlone) {
  EXPECT_EQ(printable("BW.UH1..SHZ"), "BW.UH1..SHZ");
  EXPECT_EQ(printable("地震 é \\ 🌋"), "地震 é \\ 🌋");
}

TEST(PrintableTest, EscapesWhatWouldMoveTheCursor) {
  EXPECT_EQ(printable("\x1b[2J\r\n\t\x7f"), R"(\x1b[2J\x0d\x0a\x09\x7f)");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), R"(a\x00b)");
  EXPECT_EQ(printable("\xc2\x9b"), R"(\x9b)");  // the C1 form of ESC [
}

TEST(PrintableTest, EscapesTextThatTurnsItsDirection) { EXPECT_EQ(printable("a\u202eb\u2066c"), R"(a\u202eb\u2066c)"); }

TEST(PrintableTest, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(printable("\xff\xc0\x80"), R"(\xff\xc0\x80)");
  EXPECT_EQ(printable("a\xe4\xbd"), R"(a\xe4\xbd)");
}

TEST(PrintableTest, CutsWhatIsTooLong) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(HexadecimalTest, ShowsTheFirstBytes) {
  EXPECT_EQ(hexadecimal(std::string_view("\x0a\x00\xff", 3), 3), "0a 00 ff");
  EXPECT_EQ(hexadecimal("abc", 2), "61 62 …");
  EXPECT_EQ(hexadecimal("", 2), "");
}

}  // namespace
}  // namespace temblor
