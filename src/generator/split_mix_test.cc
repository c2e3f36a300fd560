#include "generator/split_mix.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(SplitMix64, GivesThePublishedNumbers) {
  // https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
  SplitMix64 random(1234567, 0);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
  EXPECT_EQ(random.next(), 4593380528125082431U);
  EXPECT_EQ(random.next(), 16408922859458223821U);
}

TEST(SplitMix64, BeginsAnywhere) {
  SplitMix64 random(1234567, 3);
  EXPECT_EQ(random.next(), 4593380528125082431U);
}

TEST(Scale, ReachesBothEndsAndNoFurther) {
  EXPECT_EQ(scale(0, 7), 0U);
  EXPECT_EQ(scale(0xFFFFFFFFU, 7), 6U);
  EXPECT_EQ(scale(0xFFFFFFFFU, 1), 0U);
}

}  // namespace
}  // namespace temblor
