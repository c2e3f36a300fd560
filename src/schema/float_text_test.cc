#include "schema/float_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <random>

namespace temblor {
namespace {

std::string text_of(float value) {
  std::string out;
  append_float_text(value, out);
  return out;
}

TEST(FloatText, IsTheShortestThatLooksLikeAFloat) {
  EXPECT_EQ(text_of(4.2F), "4.2");
  EXPECT_EQ(text_of(5), "5.0");
  EXPECT_EQ(text_of(0), "0.0");
  EXPECT_EQ(text_of(-0.0F), "-0.0");
  EXPECT_EQ(text_of(0.1F), "0.1");
  EXPECT_EQ(text_of(1e-5F), "1e-05");
  EXPECT_EQ(text_of(16777216), "16777216.0");
  EXPECT_EQ(text_of(std::numeric_limits<float>::max()), "3.4028235e+38");
  EXPECT_EQ(text_of(std::numeric_limits<float>::denorm_min()), "1e-45");
  EXPECT_EQ(text_of(std::numeric_limits<float>::infinity()), "inf");
  EXPECT_EQ(text_of(-std::numeric_limits<float>::infinity()), "-inf");
  EXPECT_EQ(text_of(std::numeric_limits<float>::quiet_NaN()), "nan");
}

TEST(FloatText, AppendsBehindWhatIsThere) {
  std::string out = "avg=";
  append_float_text(4.5F, out);
  EXPECT_EQ(out, "avg=4.5");
}

TEST(FloatText, ReadsBackTheSameBits) {
  std::mt19937 random(1);  // a fixed seed: the same floats every time
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (value != value) continue;
    const std::string text = text_of(value);
    float back = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(error, std::errc()) << text;
    ASSERT_EQ(end, text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(back), std::bit_cast<std::uint32_t>(value)) << text;
  }
}

}  // namespace
}  // namespace temblor
