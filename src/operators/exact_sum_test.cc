#include "operators/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace temblor {
namespace {

/// The mean by another way: the sum as a big integer in units of 2^-149, kept as decimal-free limbs of 32 bits, and the
/// nearest float found by comparing sum with count · candidate exactly, among the neighbours of the rounded estimate.
class BigSum {
 public:
  void add(float value, int times = 1) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t exponent = (bits >> 23U) & 0xFFU;
    std::uint64_t mantissa = bits & 0x7FFFFFU;
    const unsigned shift = exponent == 0 ? 0 : exponent - 1;
    if (exponent != 0) mantissa |= 0x800000U;
    const int sign = (std::signbit(value) ? -1 : 1) * times;
    // Eight bits at a time, the carries left for normalize().
    for (unsigned i = 0; i < 24; ++i) {
      if ((mantissa >> i & 1U) != 0) bits_[shift + i] += sign;
    }
  }

  /// The sign of this number.
  [[nodiscard]] int sign() const {
    std::vector<std::int64_t> digits(bits_);
    std::int64_t carry = 0;
    bool nonzero = false;
    for (auto& digit : digits) {
      const std::int64_t value = digit + carry;
      carry = value >> 1U;
      nonzero = nonzero || (value & 1) != 0;
    }
    if (carry < 0) return -1;
    return carry > 0 || nonzero ? 1 : 0;
  }

 private:
  std::vector<std::int64_t> bits_ = std::vector<std::int64_t>(400, 0);
};

/// 2·(sum − count·mean) against the distance to the neighbours: |sum/count − mean| must be at most half of it.
void expect_nearest(const std::vector<float>& values, float mean) {
  const auto count = static_cast<int>(values.size());
  const auto compare_with_middle = [&](float a, float b) {  // sign of 2·sum − count·(a + b)
    BigSum difference;
    for (const float value : values) difference.add(value, 2);
    difference.add(a, -count);
    difference.add(b, -count);
    return difference.sign();
  };
  const float above = std::nextafter(mean, std::numeric_limits<float>::infinity());
  const float below = std::nextafter(mean, -std::numeric_limits<float>::infinity());
  const bool even = (std::bit_cast<std::uint32_t>(mean) & 1U) == 0;
  if (std::isfinite(above)) {
    const int to_above = compare_with_middle(mean, above);
    EXPECT_TRUE(to_above < 0 || (to_above == 0 && even)) << mean;
  }
  if (std::isfinite(below)) {
    const int to_below = compare_with_middle(mean, below);
    EXPECT_TRUE(to_below > 0 || (to_below == 0 && even)) << mean;
  }
}

float mean_of(const std::vector<float>& values) {
  ExactSum sum;
  for (const float value : values) sum.add(value);
  return sum.mean(static_cast<std::uint32_t>(values.size()));
}

TEST(ExactSum, MeansOfOneValueAreTheValue) {
  for (const float value : {0.0F, 1.0F, -1.0F, 3.21F, 1e-45F, -1e-45F, 1.17549435e-38F, 3.40282347e38F, -3.40282347e38F,
                            4294967040.0F, 4294967296.0F, 2.3e-13F, 4.547e-13F}) {
    EXPECT_EQ(mean_of({value}), value);
  }
}

TEST(ExactSum, NothingIsLostBesideSomethingHuge) {
  EXPECT_EQ(mean_of({3e38F, 1e-45F, -3e38F}), 0.0F);  // a third of the smallest float rounds to none
  EXPECT_EQ(mean_of({3e38F, 3e-45F, -3e38F}), 1e-45F);
  EXPECT_EQ(mean_of({1e30F, 1, -1e30F, 3}), 1.0F);
}

TEST(ExactSum, TiesGoToTheEvenNeighbour) {
  const float one = 1;
  const float next = std::nextafter(one, 2.0F);
  EXPECT_EQ(mean_of({one, next}), one);
  const float third = std::nextafter(next, 2.0F);
  EXPECT_EQ(mean_of({next, third}), third);
}

TEST(ExactSum, TheMeanIsTheNearestFloat) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 400; ++round) {
    std::vector<float> values(1 + random() % 40);
    const auto kind = random() % 4;
    for (float& value : values) {
      if (kind == 0) {
        value = std::uniform_real_distribution<float>(-10, 10)(random);
      } else if (kind == 1) {
        value = static_cast<float>(random() % 4'000'000'000);
      } else if (kind == 2) {
        do {
          value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        } while (!std::isfinite(value));
      } else {
        value = std::bit_cast<float>(static_cast<std::uint32_t>(random() % 0x02000000));  // about the smallest floats
      }
    }
    expect_nearest(values, mean_of(values));
  }
}

TEST(ExactSum, OrderAndGroupingDoNotMatter) {
  std::mt19937_64 random(6);
  std::vector<float> values(1000);
  for (float& value : values) {
    do {
      value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    } while (!std::isfinite(value));
  }
  const float expected = mean_of(values);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(values.begin(), values.end(), random);
    ExactSum total;
    std::size_t begin = 0;
    while (begin < values.size()) {
      const std::size_t end = std::min(values.size(), begin + 1 + random() % 100);
      ExactSum part;
      for (std::size_t i = begin; i < end; ++i) part.add(values[i]);
      total.merge(part);
      begin = end;
    }
    EXPECT_EQ(std::bit_cast<std::uint32_t>(total.mean(1000)), std::bit_cast<std::uint32_t>(expected));
  }
}

TEST(ExactSum, ComesBackFromItsParts) {
  ExactSum sum;
  for (const float value : {1e-40F, 7.5F, -3e33F}) sum.add(value);
  ExactSum back;
  ASSERT_TRUE(back.restore(sum.narrow(), sum.wide_bytes()));
  EXPECT_EQ(back.mean(3), sum.mean(3));
  EXPECT_FALSE(back.restore(0, "too short"));
}

}  // namespace
}  // namespace temblor
