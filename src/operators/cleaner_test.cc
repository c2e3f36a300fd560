#include "operators/cleaner.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace temblor {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Record good() {
  return {.sensor_id = "S001",
          .phase_type = "P",
          .collect_timestamp = 1'764'458'303'000,
          .longitude = 121.5,
          .latitude = 31.2,
          .seismic_amplitude = 3.2F,
          .data_quality = 1};
}

std::optional<Rejection> check(const Record& record) {
  Cleaner cleaner(kRecordAmplitudes);
  cleaner.accept_timestamps_until(timestamp_from_ms(1'764'458'363'000));
  return cleaner.check(record);
}

TEST(Cleaner, LetsGoodReadingsPassBoundsIncluded) {
  EXPECT_EQ(check(good()), std::nullopt);
  for (const float amplitude : {-10.0F, 10.0F, 0.0F, -0.0F}) {
    Record record = good();
    record.seismic_amplitude = amplitude;
    EXPECT_EQ(check(record), std::nullopt);
  }
  for (const double longitude : {-180.0, 180.0}) {
    Record record = good();
    record.longitude = longitude;
    record.latitude = longitude / 2;
    EXPECT_EQ(check(record), std::nullopt);
  }
  Record last = good();
  last.collect_timestamp = 1'764'458'363'000;
  EXPECT_EQ(check(last), std::nullopt);
  Record of_1960 = good();
  of_1960.collect_timestamp = -315'619'200'000;
  EXPECT_EQ(check(of_1960), std::nullopt);
}

TEST(Cleaner, NamesEachBrokenRule) {
  const auto broken = [](auto change) {
    Record record = good();
    change(record);
    return check(record);
  };
  EXPECT_EQ(broken([](Record& r) { r.data_quality = 0; }), Rejection::kDataQuality);
  for (const double value : {10.001, -10.001, kNan, kInfinity, -kInfinity}) {
    EXPECT_EQ(broken([&](Record& r) { r.seismic_amplitude = static_cast<float>(value); }), Rejection::kAmplitude);
  }
  for (const double value : {180.001, -180.001, kNan, kInfinity, -kInfinity}) {
    EXPECT_EQ(broken([&](Record& r) { r.longitude = value; }), Rejection::kLongitude);
  }
  for (const double value : {90.001, -90.001, kNan, kInfinity, -kInfinity}) {
    EXPECT_EQ(broken([&](Record& r) { r.latitude = value; }), Rejection::kLatitude);
  }
  EXPECT_EQ(broken([](Record& r) { r.sensor_id = ""; }), Rejection::kEmptyField);
  EXPECT_EQ(broken([](Record& r) { r.phase_type = ""; }), Rejection::kEmptyField);
  EXPECT_EQ(broken([](Record& r) { r.collect_timestamp = 0; }), Rejection::kEmptyField);
  EXPECT_EQ(broken([](Record& r) { r.phase_type = "p"; }), Rejection::kPhaseType);
  EXPECT_EQ(broken([](Record& r) { r.phase_type = "PS"; }), Rejection::kPhaseType);
  const std::string longest(limits::kSensorIdBytes, 'x');
  const std::string longer(limits::kSensorIdBytes + 1, 'x');
  EXPECT_EQ(broken([&](Record& r) { r.sensor_id = longest; }), std::nullopt);
  EXPECT_EQ(broken([&](Record& r) { r.sensor_id = longer; }), Rejection::kSensorIdLength);
  for (const std::int64_t ms : {std::int64_t{1'764'458'363'001}, std::int64_t{19'900'000'000'000},
                                std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(broken([&](Record& r) { r.collect_timestamp = ms; }), Rejection::kTimestamp);
  }
}

TEST(Cleaner, TheFirstRuleInTheSpecificationsOrderCounts) {
  Record record;  // everything is wrong with it
  EXPECT_EQ(check(record), Rejection::kDataQuality);
  record.data_quality = 1;
  record.seismic_amplitude = 11;
  record.longitude = 181;
  record.latitude = 91;
  EXPECT_EQ(check(record), Rejection::kAmplitude);
  record.seismic_amplitude = 1;
  EXPECT_EQ(check(record), Rejection::kLongitude);
  record.longitude = 0;
  EXPECT_EQ(check(record), Rejection::kLatitude);
  record.latitude = 0;
  EXPECT_EQ(check(record), Rejection::kEmptyField);
  record.sensor_id = "S001";
  record.collect_timestamp = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(check(record), Rejection::kEmptyField);
  record.phase_type = "X";
  EXPECT_EQ(check(record), Rejection::kPhaseType);
}

TEST(Cleaner, InProcessingTimeNobodyAsksForTheTimestamp) {
  Record record = good();
  record.collect_timestamp = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Cleaner(kRecordAmplitudes).check(record), std::nullopt);
}

}  // namespace
}  // namespace temblor
