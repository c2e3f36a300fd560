#include "base/thrown.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace temblor {
namespace {

template <class Thrown>
Error caught(const Thrown& thrown) {
  try {
    throw thrown;
  } catch (...) {
    return thrown_error();
  }
}

TEST(Thrown, TellsMemoryFromBugs) {
  EXPECT_EQ(caught(std::bad_alloc()).to_line(), "memory: is used up (give it more, or lower --max-sensors)");
  EXPECT_EQ(caught(std::bad_alloc()).blame, Blame::kWorld);
  EXPECT_EQ(caught(std::runtime_error("odd")).to_line(), "unexpected: odd (a bug: please report it)");
  EXPECT_EQ(caught(std::runtime_error("odd")).blame, Blame::kBug);
  EXPECT_EQ(caught(1).blame, Blame::kBug);
}

}  // namespace
}  // namespace temblor
