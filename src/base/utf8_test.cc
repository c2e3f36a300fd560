#include "base/utf8.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(Utf8, IsCutWhereACharacterEnds) {
  EXPECT_EQ(front_of("abc", 3), "abc");
  EXPECT_EQ(front_of("abc", 2), "ab");
  EXPECT_EQ(front_of("磁盘", 5), "磁");
  EXPECT_EQ(front_of("磁盘", 3), "磁");
  EXPECT_EQ(front_of("磁盘", 2), "");
  EXPECT_EQ(front_of("a\xF0\x9F\x98\x80", 4), "a");
  EXPECT_EQ(front_of("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80") << "no UTF-8";
}

}  // namespace
}  // namespace temblor
