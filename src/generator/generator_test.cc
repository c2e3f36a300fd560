#include "generator/generator.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/seismic_data.pb.h"

namespace temblor {
namespace {

using com::example::seismic::SeismicRecord;
using ::testing::ElementsAre;

constexpr Timestamp kFirst = timestamp_from_ms(1'700'000'000'000);

Generator generator(const GeneratorSettings& settings) {
  return {settings, Schedule{kFirst, settings.sensors * GeneratorSettings::kReadingsPerSensorAndSecond}};
}

std::string message(const Generator& generator, std::uint64_t index) {
  std::string bytes;
  generator.append(index, bytes);
  return bytes;
}

/// The cleaning rules of the specification over libprotobuf's view of the bytes.
std::vector<std::string_view> broken_rules(const std::string& bytes) {
  const google::protobuf::LogSilencer silence;
  SeismicRecord record;
  if (!record.ParseFromString(bytes)) return {"parse"};
  std::vector<std::string_view> broken;
  if (record.data_quality() == 0) broken.push_back("data_quality");
  if (!(std::fabs(record.seismic_amplitude()) <= 10)) broken.push_back("amplitude");
  if (!(std::fabs(record.longitude()) <= 180)) broken.push_back("longitude");
  if (!(std::fabs(record.latitude()) <= 90)) broken.push_back("latitude");
  const std::string& phase = record.phase_type();
  if (record.sensor_id().empty() || phase.empty() || record.collect_timestamp() == 0) broken.push_back("empty_field");
  if (!phase.empty() && phase != "P" && phase != "S" && phase != "N") broken.push_back("phase_type");
  return broken;
}

TEST(Generator, GivesTheSameBytesForASeedForEver) {
  const Generator made = generator({.seed = 1});
  SeismicRecord record;
  ASSERT_TRUE(record.ParseFromString(message(made, 0)));
  EXPECT_EQ(record.ShortDebugString(),
            "sensor_id: \"S001\" collect_timestamp: 1700000000000 longitude: 88.4815 latitude: -18.5918 depth: 687 "
            "seismic_amplitude: 9.421 frequency: 45 phase_type: \"N\" data_quality: 1 network_status: 1");
  ASSERT_TRUE(record.ParseFromString(message(made, 1)));
  EXPECT_EQ(record.ShortDebugString(),
            "sensor_id: \"S002\" collect_timestamp: 1700000000001 longitude: 105.8388 latitude: -8.17 depth: 3 "
            "seismic_amplitude: -1.917 frequency: 61 phase_type: \"P\" data_quality: 1 network_status: 1");

  std::string all;
  for (std::uint64_t i = 0; i < 3000; ++i) made.append(i, all);
  EXPECT_EQ(XXH64(all.data(), all.size(), 0), 11732298488615862778U);
}

TEST(Generator, GivesOtherBytesForAnotherSeed) {
  EXPECT_NE(message(generator({.seed = 1}), 0), message(generator({.seed = 2}), 0));
}

TEST(Generator, TakesSensorsInTurn) {
  const Generator made = generator({.sensors = 1001, .anomaly_rate = 0});
  const auto sensor = [&](std::uint64_t index) {
    SeismicRecord record;
    EXPECT_TRUE(record.ParseFromString(message(made, index)));
    return record.sensor_id();
  };
  EXPECT_EQ(sensor(0), "S001");
  EXPECT_EQ(sensor(1), "S002");
  EXPECT_EQ(sensor(99), "S100");
  EXPECT_EQ(sensor(999), "S1000");
  EXPECT_EQ(sensor(1000), "S1001");
  EXPECT_EQ(sensor(1001), "S001");
}

TEST(Generator, MakesValidReadingsOverTheWholeOfEachRange) {
  const Generator made = generator({.anomaly_rate = 0});
  std::map<std::string, int> phases;
  double longest = 0;
  double highest = 0;
  float strongest = 0;
  std::int64_t last = to_ms(kFirst);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string bytes;
    EXPECT_EQ(made.append(i, bytes), std::nullopt);
    ASSERT_THAT(broken_rules(bytes), ElementsAre()) << i;
    SeismicRecord record;
    ASSERT_TRUE(record.ParseFromString(bytes));
    EXPECT_EQ(record.SerializeAsString(), bytes) << "as libprotobuf writes it";
    EXPECT_EQ(record.collect_timestamp(), to_ms(made.schedule().time_of(i)));
    EXPECT_GE(record.collect_timestamp(), last);
    EXPECT_GE(record.depth(), 0);
    EXPECT_LE(record.depth(), 700);
    EXPECT_GE(record.frequency(), 1);
    EXPECT_LE(record.frequency(), 100);
    last = record.collect_timestamp();
    ++phases[record.phase_type()];
    longest = std::max(longest, record.longitude());
    highest = std::max(highest, -record.latitude());
    strongest = std::max(strongest, -record.seismic_amplitude());
  }
  EXPECT_GT(longest, 179.5);
  EXPECT_GT(highest, 89.5);
  EXPECT_GT(strongest, 9.98F);
  for (const char* phase : {"P", "S", "N"}) EXPECT_NEAR(phases[phase], 20'000 / 3.0, 400) << phase;
}

TEST(Generator, MakesAnomaliesThatBreakExactlyTheRuleItSays) {
  const Generator made = generator({.anomaly_rate = 1, .seed = 7});
  std::map<std::string_view, int> reasons;
  for (std::uint64_t i = 0; i < 7'000; ++i) {
    std::string bytes;
    const auto reason = made.append(i, bytes);
    ASSERT_TRUE(reason.has_value());
    ASSERT_THAT(broken_rules(bytes), ElementsAre(to_string(*reason))) << i;
    ASSERT_LE(bytes.size(), Generator::kLongestMessage);
    ++reasons[to_string(*reason)];
  }
  EXPECT_EQ(reasons.size(), kAnomalies.size());
  for (const auto& [reason, count] : reasons) EXPECT_NEAR(count, 1000, 150) << reason;
}

TEST(Generator, BreaksEachRuleInEveryWay) {
  const Generator made = generator({.anomaly_rate = 1});
  std::set<std::string> seen;
  const google::protobuf::LogSilencer silence;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    SeismicRecord record;
    if (!record.ParseFromString(message(made, i))) continue;
    const float amplitude = record.seismic_amplitude();
    if (std::isnan(amplitude)) seen.insert("amplitude NaN");
    if (std::isinf(amplitude)) seen.insert(amplitude > 0 ? "amplitude inf" : "amplitude -inf");
    if (std::isfinite(amplitude) && amplitude > 10) seen.insert("amplitude above");
    if (std::isfinite(amplitude) && amplitude < -10) seen.insert("amplitude below");
    if (std::isnan(record.longitude())) seen.insert("longitude NaN");
    if (record.longitude() > 180) seen.insert("longitude above");
    if (record.longitude() < -180) seen.insert("longitude below");
    if (std::isnan(record.latitude())) seen.insert("latitude NaN");
    if (record.latitude() > 90) seen.insert("latitude above");
    if (record.latitude() < -90) seen.insert("latitude below");
    if (record.sensor_id().empty()) seen.insert("no sensor_id");
    if (record.phase_type().empty()) seen.insert("no phase_type");
    if (record.collect_timestamp() == 0) seen.insert("no collect_timestamp");
    if (record.data_quality() == 0) seen.insert("quality 0");
    if (record.phase_type().size() > 1) seen.insert("a long phase");
    if (record.phase_type() == "X" || record.phase_type() == "p") seen.insert("a wrong phase");
  }
  EXPECT_EQ(seen.size(), 17U) << ::testing::PrintToString(seen);
}

TEST(Generator, KeepsTheShareOfAnomalies) {
  for (const double rate : {0.0, 0.001, 0.05, 0.5, 1.0}) {
    const Generator made = generator({.anomaly_rate = rate});
    std::string bytes;
    int anomalies = 0;
    constexpr int kRecords = 100'000;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      bytes.clear();
      if (made.append(i, bytes)) ++anomalies;
    }
    // Five standard deviations of a binomial distribution.
    EXPECT_NEAR(anomalies, kRecords * rate, 5 * std::sqrt(kRecords * rate * (1 - rate))) << rate;
  }
}

}  // namespace
}  // namespace temblor
