#include "base/time.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <limits>
#include <random>

namespace temblor {
namespace {

std::int64_t parsed_ms(std::string_view text) {
  const auto t = parse_timestamp(text);
  EXPECT_TRUE(t) << text;
  return t ? to_ms(*t) : -1;
}

std::int64_t duration_ms(std::string_view text) {
  const auto d = parse_duration(text);
  EXPECT_TRUE(d) << text;
  return d ? d->count() : -1;
}

TEST(Timestamp, IsWrittenInIso8601) {
  EXPECT_EQ(to_iso8601(timestamp_from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(timestamp_from_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(timestamp_from_ms(1'274'977'473'210)), "2010-05-27T16:24:33.210Z");
  EXPECT_EQ(to_iso8601(timestamp_from_ms(951'782'400'000)), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(kEarliest), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(kLatest), "9999-12-31T23:59:59.999Z");
}

TEST(Timestamp, OutsideTheCalendarIsWrittenInMilliseconds) {
  EXPECT_EQ(to_iso8601(kEarliest - Milliseconds(1)), "-62135596800001");
  EXPECT_EQ(to_iso8601(kLatest + Milliseconds(1)), "253402300800000");
  EXPECT_EQ(to_iso8601(kBeforeAll), "-9223372036854775808");
  EXPECT_EQ(to_iso8601(kAfterAll), "9223372036854775807");
}

TEST(Timestamp, ComesBackFromItsText) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> in_calendar(to_ms(kEarliest), to_ms(kLatest));
  std::uniform_int_distribution<std::int64_t> any(std::numeric_limits<std::int64_t>::min(),
                                                  std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 50'000; ++i) {
    for (const std::int64_t ms : {in_calendar(random), any(random)}) {
      const std::string text = to_iso8601(timestamp_from_ms(ms));
      const auto back = parse_timestamp(text);
      ASSERT_TRUE(back) << text;
      ASSERT_EQ(to_ms(*back), ms) << text;
    }
  }
  for (const Timestamp t : {kEarliest, kLatest, kBeforeAll, kAfterAll}) {
    EXPECT_EQ(parsed_ms(to_iso8601(t)), to_ms(t));
  }
}

TEST(Timestamp, AgreesWithTheCLibrary) {
  std::mt19937_64 random(2);
  std::uniform_int_distribution<std::int64_t> seconds(to_ms(kEarliest) / 1000, to_ms(kLatest) / 1000);
  for (int i = 0; i < 10'000; ++i) {
    const std::time_t s = seconds(random);
    std::tm tm{};
    ASSERT_NE(::gmtime_r(&s, &tm), nullptr);
    std::array<char, 64> text{};
    const int n = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.000Z", tm.tm_year + 1900,
                                tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    ASSERT_EQ(to_iso8601(timestamp_from_ms(s * 1000)), std::string(text.data(), static_cast<std::size_t>(n)));
  }
}

TEST(Timestamp, IsReadInEveryFormItMayHave) {
  constexpr std::int64_t kSecond = 1'274'977'473'000;
  EXPECT_EQ(parsed_ms("2010-05-27T16:24:33.210Z"), kSecond + 210);
  EXPECT_EQ(parsed_ms("2010-05-27 16:24:33"), kSecond);
  EXPECT_EQ(parsed_ms("2010-05-27T16:24:33.2"), kSecond + 200);
  EXPECT_EQ(parsed_ms("2010-05-27T16:24:33.210000Z"), kSecond + 210);
  EXPECT_EQ(parsed_ms("2010-05-27"), 1'274'918'400'000);
  EXPECT_EQ(parsed_ms("1274977473210"), kSecond + 210);
  EXPECT_EQ(parsed_ms("-1"), -1);
}

TEST(Timestamp, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "now",
                           "2010-5-27",
                           "2010-05-27T",
                           "2010-05-27Z",
                           "2010-05-27T16:24",
                           "2010-05-27T16:24:33+02:00",
                           "2010-05-27T16:24:33.Z",
                           "2010-05-27T16:24:33.2101Z",
                           "2010-05-27T16:24:33ZZ",
                           "2010-05-27T16:24:33 ",
                           " 2010-05-27",
                           "2010-13-01",
                           "2010-00-01",
                           "2010-02-29",
                           "1900-02-29",
                           "2010-04-31",
                           "2010-05-27T24:00:00",
                           "2010-05-27T16:60:00",
                           "2010-05-27T16:24:60",
                           "0000-01-01",
                           "10000-01-01",
                           "-001-01-01",
                           "12ms",
                           "1.5",
                           "+1",
                           "0x10",
                           "9223372036854775808",
                           "-9223372036854775809"}) {
    const auto t = parse_timestamp(text);
    ASSERT_FALSE(t) << text;
    EXPECT_EQ(t.error().blame, Blame::kUser);
    EXPECT_NE(t.error().remedy, "");
  }
}

TEST(Duration, IsReadExactly) {
  EXPECT_EQ(duration_ms("0s"), 0);
  EXPECT_EQ(duration_ms("250ms"), 250);
  EXPECT_EQ(duration_ms("1s"), 1000);
  EXPECT_EQ(duration_ms("1.5s"), 1500);
  EXPECT_EQ(duration_ms("1.1s"), 1100);
  EXPECT_EQ(duration_ms("0.001s"), 1);
  EXPECT_EQ(duration_ms("2m"), 120'000);
  EXPECT_EQ(duration_ms("0.25h"), 900'000);
  EXPECT_EQ(duration_ms("1d"), 86'400'000);
  EXPECT_EQ(duration_ms("1.000000000000000000000000s"), 1000);
  EXPECT_EQ(duration_ms("0.000005d"), 432);         // digits that no decimal place of a millisecond shows
  EXPECT_EQ(duration_ms("0.0009765625d"), 84'375);  // 2^-10 of a day: the most digits that are whole
  EXPECT_EQ(duration_ms("9223372036854775807ms"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(duration_ms("9223372036854775.807s"), std::numeric_limits<std::int64_t>::max());
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"",
                           "1",
                           "s",
                           "ms",
                           ".",
                           ".s",
                           "1.s",
                           ".5s",
                           "1..5s",
                           "1.5.5s",
                           "-1s",
                           "+1s",
                           " 1s",
                           "1s ",
                           "1 s",
                           "1S",
                           "1sec",
                           "1m30s",
                           "1e3s",
                           "1,5s",
                           "0.5ms",
                           "1.05ms",
                           "1.0005s",
                           "1.00005s",
                           "0.0000000001d",
                           "0.00000000000000000001d",
                           "9223372036854775808ms",
                           "9223372036854775.808s",
                           "106751991168d",
                           "99999999999999999999s"}) {
    const auto d = parse_duration(text);
    ASSERT_FALSE(d) << text;
    EXPECT_EQ(d.error().blame, Blame::kUser);
    EXPECT_NE(d.error().remedy, "");
  }
}

TEST(Duration, IsWrittenWithTheLargestUnitThatFits) {
  EXPECT_EQ(to_string(Milliseconds(0)), "0s");
  EXPECT_EQ(to_string(Milliseconds(250)), "250ms");
  EXPECT_EQ(to_string(Milliseconds(1000)), "1s");
  EXPECT_EQ(to_string(Milliseconds(1500)), "1500ms");
  EXPECT_EQ(to_string(Milliseconds(120'000)), "2m");
  EXPECT_EQ(to_string(Milliseconds(90'000)), "90s");
  EXPECT_EQ(to_string(Milliseconds(3'600'000)), "1h");
  EXPECT_EQ(to_string(Milliseconds(172'800'000)), "2d");
}

TEST(Duration, ComesBackFromItsText) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto ms = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    ASSERT_EQ(duration_ms(to_string(Milliseconds(ms))), ms);
  }
}

}  // namespace
}  // namespace temblor
