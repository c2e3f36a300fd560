#include "connectors/miniseed/miniseed_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <limits>

#include "base/clock.h"
#include "connectors/miniseed/test_records.h"
#include "connectors/registry.h"
#include "testing/memory_file_system.h"

namespace temblor::miniseed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStartMs = kTestStart / 1000;
constexpr Timestamp kJobStart = timestamp_from_ms(42);
constexpr Timestamp kReference = timestamp_from_ms(4242);

// What a test compares: a reading or a refusal, in words.
std::string text(const Reading& reading) {
  const Record& r = reading.record;
  return fmt::format("{}: {} {} {} {} at {} {} {} {} {} {}", reading.offset, r.sensor_id, r.seismic_amplitude,
                     r.phase_type, r.frequency, r.collect_timestamp - kStartMs, r.longitude, r.latitude, r.depth,
                     r.data_quality, r.network_status);
}

std::string text(const Refusal& refusal) {
  return fmt::format("{}-{}: {}, {} bytes", refusal.offset, refusal.end_offset, to_string(refusal.reason),
                     refusal.bytes.size());
}

struct Outcome {
  std::vector<std::string> readings;
  std::vector<std::string> refusals;
  std::vector<std::int64_t> times_ms;    ///< since the test's start
  std::vector<SplitPosition> positions;  ///< after each poll
  std::vector<std::size_t> passed;       ///< readings up to there
  std::vector<std::size_t> refused;
  std::vector<std::uint64_t> gaps;
};

class MiniseedSource : public testing::Test {
 protected:
  MiniseedSource() { spdlog::set_level(spdlog::level::err); }
  ~MiniseedSource() override { spdlog::set_level(spdlog::level::info); }

  Result<std::unique_ptr<Source>> make(const std::string& query = "") {
    return make_source("miniseed:*" + query, {clock_, files_, 1});
  }

  std::unique_ptr<Source> source(const std::string& query = "") {
    auto made = make(query);
    EXPECT_TRUE(made) << made.error().to_line();
    return std::move(*made);
  }

  Outcome read(Source& source, const SplitId& split, const SplitPosition* from = nullptr,
               std::size_t max_records = 4096) {
    Outcome run;
    std::uint64_t gaps = 0;
    auto reader = source.open(split, from, {.start = kJobStart, .reference = kReference});
    EXPECT_TRUE(reader) << reader.error().to_line();
    SourceBatch batch;
    while (true) {
      const auto status = (*reader)->poll(batch, max_records);
      EXPECT_TRUE(status) << status.error().to_line();
      EXPECT_LE(batch.readings.size(), max_records);
      EXPECT_EQ(batch.reference, kReference);
      EXPECT_EQ(files_.open_inputs(), 0U);
      for (const Reading& reading : batch.readings) {
        run.readings.push_back(text(reading));
        run.times_ms.push_back(reading.record.collect_timestamp - kStartMs);
      }
      for (const Refusal& refusal : batch.refusals) run.refusals.push_back(text(refusal));
      run.positions.push_back((*reader)->position());
      run.passed.push_back(run.readings.size());
      run.refused.push_back(run.refusals.size());
      run.gaps.push_back(gaps += batch.gaps);
      if (!status || *status == PollStatus::kEnd) return run;
      EXPECT_EQ(*status, PollStatus::kRecords);
    }
  }

  Outcome read(const SplitId& split = "miniseed:BW.UH1..SHZ") {
    const auto made = source();
    EXPECT_TRUE(made->discover());
    return read(*made, split);
  }

  MemoryFileSystem files_;
  SystemClock clock_;
};

// `count` samples from `at_us` after the test's start on, all of value `value`.
TestTrace flat(std::int64_t at_us, int count, double value, double rate = 100) {
  TestTrace trace;
  trace.start_us = kTestStart + at_us;
  trace.rate = rate;
  trace.values.assign(static_cast<std::size_t>(count), value);
  return trace;
}

TEST_F(MiniseedSource, EverySampleIsAReading) {
  TestTrace trace = flat(-5'000, 0, 0, 99.5);
  trace.exact_rate = true;
  trace.values = {-3, 0, 7};
  files_.put("a", pack(trace));
  files_.put("c.csv", "sensor_id,longitude,latitude,depth\nBW.UH1,11.5,48.25,3\n");
  const auto made = make_source("miniseed:a?coordinates=c.csv", {clock_, files_, 1});
  ASSERT_TRUE(made) << made.error().to_line();
  EXPECT_THAT(*(*made)->discover(), ElementsAre("miniseed:BW.UH1..SHZ"));
  EXPECT_THAT(
      read(**made, "miniseed:BW.UH1..SHZ").readings,
      ElementsAre("0: BW.UH1..SHZ 3 N 100 at -5 11.5 48.25 3 1 1", "1: BW.UH1..SHZ 0 N 100 at 5 11.5 48.25 3 1 1",
                  "2: BW.UH1..SHZ 7 N 100 at 15 11.5 48.25 3 1 1"));
}

TEST_F(MiniseedSource, SaysWhatItIs) {
  files_.put("a", pack(flat(0, 1, 1)));
  const SourceTraits traits = source()->traits();
  EXPECT_EQ(traits.time_mode, TimeMode::kEvent);
  EXPECT_EQ(traits.amplitude_range.max, kAnyAmplitude.max);
  EXPECT_EQ(traits.amplitude_range.min, kAnyAmplitude.min);
  EXPECT_TRUE(traits.bounded);
  EXPECT_TRUE(traits.rewindable);
}

TEST_F(MiniseedSource, ASampleOnASecondEdgeBelongsToTheNextSecond) {
  files_.put("a", pack(flat(0, 200, 1)));
  const Outcome run = read();
  EXPECT_EQ(run.times_ms[99], 990);
  EXPECT_EQ(run.times_ms[100], 1000);
}

// Recorders that write times to 0.1 ms: at 60 Hz each record would start up to 0.1 ms early, and its first sample, due
// on a second edge, in the second before.
TEST_F(MiniseedSource, HeadersRoundedTo100MicrosecondsPushNoSampleOverASecondEdge) {
  std::string bytes;
  for (int i = 0; i < 30; ++i) {
    const int samples = 31;  // 0.51666… s
    TestTrace trace = flat(i * samples * kSecond / 60, samples, i, 60);
    trace.microseconds = false;
    bytes += pack(trace);
  }
  files_.put("a", bytes);
  const Outcome run = read();
  ASSERT_EQ(run.times_ms.size(), 930U);
  EXPECT_TRUE(run.refusals.empty());
  for (std::size_t n = 0; n < run.times_ms.size(); ++n) {
    EXPECT_EQ(run.times_ms[n], static_cast<std::int64_t>(n * 1000 / 60)) << n;
  }
}

TEST_F(MiniseedSource, AGapAnchorsTimeAnew) {
  files_.put("a", pack(flat(0, 10, 1)) + pack(flat(173'400, 2, 2)));
  const Outcome run = read();
  EXPECT_EQ(run.times_ms[9], 90);
  EXPECT_EQ(run.times_ms[10], 173);
  EXPECT_EQ(run.times_ms[11], 183);
  EXPECT_EQ(run.gaps.back(), 1U);
  EXPECT_TRUE(run.refusals.empty());
}

TEST_F(MiniseedSource, DuplicatesAndOverlapsAreRefused) {
  files_.put("a", pack(flat(0, 10, 1)) + pack(flat(0, 10, 2)) + pack(flat(50'000, 10, 3)) + pack(flat(20'000, 3, 4)));
  const Outcome run = read();
  ASSERT_EQ(run.times_ms.size(), 15U);
  for (std::size_t n = 0; n < 15; ++n) EXPECT_EQ(run.times_ms[n], static_cast<std::int64_t>(n) * 10);
  EXPECT_THAT(run.readings[9], HasSubstr("SHZ 1 "));
  EXPECT_THAT(run.readings[10], HasSubstr("SHZ 3 "));
  // Sorted by start: the duplicate, the record of three samples, the one that is half old.
  EXPECT_THAT(run.refusals,
              ElementsAre("10-20: overlap, 512 bytes", "20-23: overlap, 512 bytes", "23-28: overlap, 512 bytes"));
}

TEST_F(MiniseedSource, RecordsOutOfOrderOverFilesCountInTimeOrder) {
  files_.put("a", pack(flat(200'000, 10, 3)) + pack(flat(0, 10, 1)));
  files_.put("b", pack(flat(300'000, 10, 4)) + pack(flat(100'000, 10, 2)));
  const Outcome run = read();
  ASSERT_EQ(run.times_ms.size(), 40U);
  for (std::size_t n = 0; n < 40; ++n) EXPECT_EQ(run.times_ms[n], static_cast<std::int64_t>(n) * 10);
  EXPECT_TRUE(run.refusals.empty());
}

TEST_F(MiniseedSource, AnotherFileFillsAGap) {
  files_.put("a", pack(flat(0, 100, 1)) + pack(flat(2 * kSecond, 100, 1)));
  files_.put("b", pack(flat(kSecond, 100, 2)));
  const Outcome run = read();
  EXPECT_EQ(run.readings.size(), 300U);
  EXPECT_EQ(run.gaps.back(), 0U);
  EXPECT_TRUE(run.refusals.empty());
}

TEST_F(MiniseedSource, AFileMayHoldChannelAfterChannel) {
  std::string bytes;
  for (const char* channel : {"SHZ", "SHN", "SHE"}) {
    for (int i = 0; i < 3; ++i) {
      TestTrace trace = flat(i * kSecond, 100, i);
      trace.channel = channel;
      bytes += pack(trace);
    }
  }
  files_.put("a", bytes);
  const auto made = source();
  const std::vector<SplitId> splits = *made->discover();
  EXPECT_THAT(splits, ElementsAre("miniseed:BW.UH1..SHE", "miniseed:BW.UH1..SHN", "miniseed:BW.UH1..SHZ"));
  for (const SplitId& split : splits) {
    const Outcome run = read(*made, split);
    EXPECT_EQ(run.readings.size(), 300U);
    EXPECT_EQ(run.times_ms.back(), 2990);
  }
}

TEST_F(MiniseedSource, EncodingsMayChangeWithinAChannel) {
  int at = 0;
  std::string bytes;
  for (const int encoding : {DE_INT16, DE_INT32, DE_FLOAT32, DE_FLOAT64, DE_STEIM1, DE_STEIM2}) {
    TestTrace trace = flat(at++ * 100'000, 0, 0);
    trace.values = ramp(10, at);
    trace.encoding = encoding;
    bytes += pack(trace);
  }
  files_.put("a", bytes);
  const Outcome run = read();
  ASSERT_EQ(run.readings.size(), 60U);
  for (int i = 0; i < 60; ++i) {
    const auto n = static_cast<std::size_t>(i);
    EXPECT_EQ(run.readings[n], fmt::format("{}: BW.UH1..SHZ {} N 100 at {} 0 0 0 1 1", i, i / 10 + i % 10 + 1, i * 10));
  }
}

TEST_F(MiniseedSource, SamplesThatAreNoNumberArePassedOnForTheCleanerToDrop) {
  TestTrace trace = flat(0, 0, 0);
  trace.encoding = DE_FLOAT64;
  trace.values = {1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300, 2};
  files_.put("a", pack(trace));
  const Outcome run = read();
  ASSERT_EQ(run.readings.size(), 5U);
  EXPECT_THAT(run.readings[1], HasSubstr("SHZ nan N"));
  EXPECT_THAT(run.readings[3], HasSubstr("SHZ inf N"));
  EXPECT_THAT(run.readings[4], HasSubstr("SHZ 2 N"));
}

TEST_F(MiniseedSource, DamageIsCountedAndTheRestUsed) {
  std::string unknown = pack(flat(100'000, 10, 2));
  unknown[52] = 19;  // encoding
  std::string garbled = pack(flat(200'000, 10, 3));
  garbled[64 + 11] = 5;  // the last sample, as the compression names it
  std::string headless = pack(flat(300'000, 10, 4));
  headless[6] = '?';
  files_.put("a", pack(flat(0, 10, 1)) + unknown + garbled + headless + pack(flat(400'000, 10, 5)));
  files_.put("b", "none");
  const auto made = source();
  EXPECT_THAT(*made->discover(), ElementsAre("miniseed:BW.UH1..SHZ", "miniseed:damaged:a", "miniseed:damaged:b"));
  const Outcome run = read(*made, "miniseed:BW.UH1..SHZ");
  EXPECT_EQ(run.readings.size(), 20U);
  EXPECT_EQ(run.times_ms[10], 400);
  EXPECT_THAT(run.refusals, ElementsAre("10-20: damaged, 512 bytes", "20-30: damaged, 512 bytes"));
  const Outcome waste = read(*made, "miniseed:damaged:a");
  EXPECT_TRUE(waste.readings.empty());
  EXPECT_THAT(waste.refusals, ElementsAre("0-512: damaged, 512 bytes"));
  EXPECT_THAT(read(*made, "miniseed:damaged:a", &waste.positions[0]).refusals, ElementsAre());
  EXPECT_THAT(read(*made, "miniseed:damaged:b").refusals, ElementsAre("0-4: damaged, 4 bytes"));
}

// Gaps, overlaps, damage, other rates, other lengths, two files; the trigger goes on and off.
void fill_hard(MemoryFileSystem& files) {
  const auto wave = [](std::int64_t at_us, int from, int count, double rate) {
    TestTrace trace = flat(at_us, 0, 0, rate);
    for (int i = from; i < from + count; ++i) {
      const bool burst = i % 2000 > 1500 && i % 2000 < 1700;
      trace.values.push_back(std::round((burst ? 3000 : 20) * std::sin(i * 0.9) + 500));
    }
    return trace;
  };
  TestTrace odd = wave(20'003'300, 2000, 1500, 100);
  odd.record_bytes = 256;
  odd.encoding = DE_STEIM1;
  TestTrace floats = wave(35'100'000, 3500, 900, 50);
  floats.encoding = DE_FLOAT32;
  std::string spoilt = pack(odd);
  spoilt[256 * 3 + 52] = 99;
  spoilt[256 * 5 + 1] = 'x';
  files.put("a", spoilt + pack(floats));
  files.put("b",
            pack(wave(0, 0, 2000, 100)) + pack(wave(19'500'000, 1950, 100, 100)) + pack(wave(60'000'000, 0, 300, 50)));
}

TEST_F(MiniseedSource, GoesOnFromEveryBatchWithAnyBatchSize) {
  fill_hard(files_);
  const auto made = source("?lta=3s");
  const SplitId split = "miniseed:BW.UH1..SHZ";
  ASSERT_TRUE(made->discover());
  const Outcome whole = read(*made, split);
  EXPECT_GT(whole.readings.size(), 4000U);
  EXPECT_GE(whole.refusals.size(), 3U);
  EXPECT_GT(whole.gaps.back(), 1U);
  EXPECT_THAT(whole.readings, testing::Contains(HasSubstr(" P ")));
  EXPECT_THAT(whole.readings, testing::Contains(HasSubstr(" S ")));
  for (const std::size_t cut : {1U, 7U, 64U, 399U}) {
    const Outcome cuts = read(*made, split, nullptr, cut);
    ASSERT_EQ(cuts.readings, whole.readings) << cut;
    ASSERT_EQ(cuts.refusals, whole.refusals) << cut;
    ASSERT_EQ(cuts.gaps.back(), whole.gaps.back()) << cut;
    const std::size_t stride = cut == 1 ? 97 : 1;
    for (std::size_t i = 0; i < cuts.positions.size(); i += stride) {
      const auto again = source("?lta=3s");  // as after a restart
      const Outcome rest = read(*again, split, &cuts.positions[i], 100);
      const auto from = static_cast<std::ptrdiff_t>(cuts.passed[i]);
      ASSERT_EQ(rest.readings, std::vector<std::string>(whole.readings.begin() + from, whole.readings.end())) << i;
      const auto refused = static_cast<std::ptrdiff_t>(cuts.refused[i]);
      ASSERT_EQ(rest.refusals, std::vector<std::string>(whole.refusals.begin() + refused, whole.refusals.end())) << i;
      ASSERT_EQ(cuts.gaps[i] + rest.gaps.back(), whole.gaps.back()) << i;
      ASSERT_EQ(rest.positions.back().state, whole.positions.back().state);
    }
  }
}

TEST_F(MiniseedSource, APositionBeforeTheFirstPollIsTheBeginning) {
  fill_hard(files_);
  const auto made = source();
  const SplitId split = "miniseed:BW.UH1..SHZ";
  const auto reader = made->open(split, nullptr, {kJobStart});
  ASSERT_TRUE(reader);
  const SplitPosition start = (*reader)->position();
  EXPECT_EQ(read(*made, split, &start).readings, read(*made, split).readings);
}

TEST_F(MiniseedSource, APositionHoldsAmongMoreFiles) {
  files_.put("b", pack(flat(kSecond, 1000, 1)));
  const Outcome before = read();
  files_.put("a", pack(flat(0, 100, 1)));
  files_.put("c", pack(flat(11 * kSecond, 100, 1)));
  const auto made = source();
  const Outcome rest = read(*made, "miniseed:BW.UH1..SHZ", &before.positions.back());
  EXPECT_EQ(rest.times_ms.front(), 11'000);
  EXPECT_EQ(rest.times_ms.size(), 100U);
  // What lies before is counted, once: also where a checkpoint falls before it is, and after.
  EXPECT_THAT(rest.refusals, ElementsAre("1000-1100: overlap, 0 bytes"));
  const auto again = source();
  EXPECT_THAT(read(*again, "miniseed:BW.UH1..SHZ", &rest.positions.front()).refusals, ElementsAre());
  const auto held = again->open("miniseed:BW.UH1..SHZ", &before.positions.back(), {kJobStart});
  ASSERT_TRUE(held);
  const SplitPosition unmoved = (*held)->position();
  EXPECT_THAT(read(*again, "miniseed:BW.UH1..SHZ", &unmoved).refusals, ElementsAre("1000-1100: overlap, 0 bytes"));
}

TEST_F(MiniseedSource, CountsWhatOnlyLiesBefore) {
  files_.put("b", pack(flat(kSecond, 1000, 1)));
  const Outcome before = read();
  files_.put("a", pack(flat(0, 100, 1)) + "none");
  const auto made = source();
  EXPECT_THAT(read(*made, "miniseed:BW.UH1..SHZ", &before.positions.back()).refusals,
              ElementsAre("1000-1100: overlap, 0 bytes"));
  EXPECT_THAT(read(*made, "miniseed:damaged:a").refusals, ElementsAre("0-4: damaged, 4 bytes"));
}

TEST_F(MiniseedSource, RefusesPositionsThatAreNotItsOwn) {
  files_.put("a", pack(flat(0, 1000, 1)));
  const Outcome run = read();
  const auto made = source();
  const SplitPosition nonsense{5, "7 x"};
  EXPECT_THAT(made->open("miniseed:BW.UH1..SHZ", &nonsense, {kJobStart}).error().to_line(), HasSubstr("no position"));
  EXPECT_THAT(made->open("miniseed:BW.UH9..SHZ", nullptr, {kJobStart}).error().to_line(), HasSubstr("no such channel"));
  ASSERT_TRUE(files_.rename("a", "z"));
  EXPECT_THAT(source()->open("miniseed:BW.UH1..SHZ", &run.positions[0], {kJobStart}).error().to_line(),
              HasSubstr("no longer holds"));
}

TEST_F(MiniseedSource, AFileThatChangesUnderneathIsAnError) {
  files_.put("a", pack(flat(0, 2000, 1)));
  const auto made = source();
  ASSERT_TRUE(made->discover());
  files_.put("a", std::string(*files_.size("a"), 'x'));
  auto reader = made->open("miniseed:BW.UH1..SHZ", nullptr, {kJobStart});
  ASSERT_TRUE(reader);
  SourceBatch batch;
  EXPECT_THAT((*reader)->poll(batch, 10).error().to_line(), HasSubstr("has changed"));
}

TEST_F(MiniseedSource, KnowsHowMuchThereIsLeft) {
  files_.put("a", pack(flat(0, 1000, 1)));
  const auto made = source();
  ASSERT_TRUE(made->discover());
  auto reader = made->open("miniseed:BW.UH1..SHZ", nullptr, {kJobStart});
  EXPECT_EQ((*reader)->pending(), 1000U);
  SourceBatch batch;
  ASSERT_TRUE((*reader)->poll(batch, 300));
  EXPECT_EQ((*reader)->pending(), 700U);
}

TEST_F(MiniseedSource, AWrongSettingIsOneLine) {
  files_.put("a", pack(flat(0, 10, 1)));
  const auto error = [&](const std::string& query) {
    const auto made = make(query);
    EXPECT_FALSE(made) << query;
    EXPECT_EQ(made.error().blame, Blame::kUser);
    return made.error().to_line();
  };
  EXPECT_THAT(error("?sta"), HasSubstr("sta"));
  EXPECT_THAT(error("?sta=1"), HasSubstr("sta=1"));
  EXPECT_THAT(error("?sta=10s"), HasSubstr("0 < sta < lta"));
  EXPECT_THAT(error("?on=0"), HasSubstr("on=0 is no ratio (write a number above 0, such as on=4)"));
  EXPECT_THAT(error("?on=x"), HasSubstr("on=x"));
  EXPECT_THAT(error("?off=5"), HasSubstr("off <= on"));
  EXPECT_THAT(error("?gain=5"), HasSubstr("gain"));
  EXPECT_THAT(error("?coordinates=b"), HasSubstr("b: "));
  ASSERT_TRUE(files_.remove("a"));
  EXPECT_THAT(error(""), HasSubstr("no file matches"));
  files_.put("a", "no seismogram");
  EXPECT_THAT(source()->discover().error().to_line(), HasSubstr("no miniSEED record in 1 file(s)"));
}

}  // namespace
}  // namespace temblor::miniseed
