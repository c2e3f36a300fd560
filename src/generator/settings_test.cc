#include "generator/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace temblor {
namespace {

using ::testing::HasSubstr;

constexpr Timestamp kNow = timestamp_from_ms(1'700'000'000'000);

Result<GeneratorSettings> with(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  GeneratorSettings settings;
  for (const auto& [name, value] : values) TEMBLOR_TRY(settings.set(name, value, "--" + std::string(name)));
  return settings;
}

TEST(GeneratorSettings, AreReadFromText) {
  const auto settings = with({{"records", "12"},
                              {"sensors", "7"},
                              {"anomaly-rate", "0.5"},
                              {"seed", "18446744073709551615"},
                              {"rate", "500/s"},
                              {"start-time", "2010-05-27T16:24:33.210Z"}});
  ASSERT_TRUE(settings) << settings.error().to_line();
  EXPECT_EQ(settings->records, 12);
  EXPECT_EQ(settings->sensors, 7);
  EXPECT_EQ(settings->anomaly_rate, 0.5);
  EXPECT_EQ(settings->seed, 18446744073709551615U);
  EXPECT_EQ(settings->rate, 500);
  EXPECT_EQ(settings->start_time, timestamp_from_ms(1'274'977'473'210));

  EXPECT_EQ(with({{"rate", "500"}})->rate, 500);
  EXPECT_EQ(with({{"records", "unlimited"}})->records, std::nullopt);
  EXPECT_EQ(with({{"records", "0"}})->records, 0);
}

TEST(GeneratorSettings, RefuseWhatIsOutOfRange) {
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"records", "-1"},
                                                                            {"records", ""},
                                                                            {"records", "3k"},
                                                                            {"records", "9223372036854775808"},
                                                                            {"sensors", "0"},
                                                                            {"sensors", "100000001"},
                                                                            {"sensors", "1.5"},
                                                                            {"anomaly-rate", "-0.1"},
                                                                            {"anomaly-rate", "1.1"},
                                                                            {"anomaly-rate", "nan"},
                                                                            {"anomaly-rate", "%"},
                                                                            {"seed", "-1"},
                                                                            {"seed", "x"},
                                                                            {"rate", "0"},
                                                                            {"rate", "0/s"},
                                                                            {"rate", "5/m"},
                                                                            {"rate", "1000000001"},
                                                                            {"start-time", "today"}}) {
    const auto settings = with({{name, value}});
    ASSERT_FALSE(settings) << name << " " << value;
    EXPECT_EQ(settings.error().blame, Blame::kUser);
    EXPECT_EQ(settings.error().where, "--" + std::string(name));
    EXPECT_FALSE(settings.error().remedy.empty()) << name << " " << value;
  }
}

TEST(GeneratorSettings, LetRecordsEndNow) {
  const auto schedule = with({{"records", "3000"}, {"sensors", "10"}})->schedule(kNow, "here");
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->per_second, 1000);
  EXPECT_EQ(schedule->time_of(2999), kNow);
  EXPECT_EQ(schedule->first, kNow - Milliseconds(2999));
}

TEST(GeneratorSettings, LetPacedAndEndlessRecordsBeginNow) {
  EXPECT_EQ(with({{"rate", "5"}})->schedule(kNow, "here")->first, kNow);
  EXPECT_EQ(with({{"rate", "5"}})->schedule(kNow, "here")->per_second, 5);
  EXPECT_EQ(with({{"records", "unlimited"}})->schedule(kNow, "here")->first, kNow);
}

TEST(GeneratorSettings, LetAStartTimeWin) {
  EXPECT_EQ(with({{"start-time", "1000"}})->schedule(kNow, "here")->first, timestamp_from_ms(1000));
  EXPECT_EQ(with({{"start-time", "1000"}, {"rate", "5"}})->schedule(kNow, "here")->first, timestamp_from_ms(1000));
}

TEST(GeneratorSettings, RefuseTimesThatAMessageCannotSay) {
  const auto refusal = [](std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    const auto schedule = with(values)->schedule(kNow, "here");
    return schedule ? "none" : schedule.error().to_line();
  };
  EXPECT_THAT(refusal({{"start-time", "1970-01-01"}}), HasSubstr("here: the start time is not after 1970-01-01"));
  EXPECT_THAT(refusal({{"start-time", "9999-12-31T23:59:59Z"}}), HasSubstr("after the year 9999"));
  EXPECT_THAT(refusal({{"sensors", "1"}, {"records", "1000000000000"}}), HasSubstr("would begin before 1970"));
  EXPECT_THAT(refusal({{"sensors", "1"}, {"records", "9223372036854775807"}}), HasSubstr("thousands of years"));
  EXPECT_EQ(refusal({{"records", "0"}}), "none");
}

}  // namespace
}  // namespace temblor
