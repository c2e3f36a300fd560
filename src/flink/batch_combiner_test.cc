#include "flink/batch_combiner.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <numeric>
#include <random>

#include "connectors/source.h"
#include "flink/batch_decoder.h"
#include "flink/partial_rows.h"
#include "generator/generator.h"
#include "pipeline/operator_chain.h"
#include "proto/letter.pb.h"
#include "schema/record_pack.h"
#include "schema/serializer.h"

namespace temblor::flink {
namespace {

constexpr AmplitudeRange kAmplitudes{.min = -10, .max = 10};
constexpr Timestamp kReference = timestamp_from_ms(1'764'460'900'000);

std::string reading(std::string_view sensor, std::int64_t time_ms, std::string_view phase, float amplitude) {
  Record record;
  record.sensor_id = sensor;
  record.collect_timestamp = time_ms;
  record.seismic_amplitude = amplitude;
  record.phase_type = phase;
  record.data_quality = 1;
  std::string bytes;
  serialize(record, bytes);
  return bytes;
}

/// Records of 12 sensors over some 40 s, some wrong, some late, some from far ahead.
std::vector<std::string> records(std::mt19937_64& dice) {
  GeneratorSettings settings{.records = 48'000, .sensors = 12, .seed = dice()};
  const Generator generator(settings, settings.schedule(kReference, "test").value());
  std::vector<std::string> records(48'000);
  for (std::size_t i = 0; i < records.size(); ++i) generator.append(i, records[i]);
  for (std::size_t i = 0; i < records.size(); i += 50) {
    std::swap(records[i], records[std::min(records.size() - 1, i + dice() % 1600)]);
  }
  records[100] = reading("S001", to_ms(kReference) + 3'600'000, "N", 1);
  records.back() = reading("a sensor whose id is long", to_ms(kReference), "S", 1e-30F);
  return records;
}

/// What is in the end to be the same on both hosts.
struct Outcome {
  std::map<std::pair<std::int64_t, std::string>, std::array<double, 6>> results;
  std::uint64_t accepted = 0;
  std::uint64_t late = 0;
  std::array<std::uint64_t, kRejections> dropped{};
  std::string late_letters;
  std::string dead_letters;
  bool operator==(const Outcome&) const = default;
};

Outcome by_the_pipeline(const std::vector<std::string>& records, TimeMode mode) {
  WindowOperator windows({});
  OperatorChain chain({.time_mode = mode, .amplitudes = kAmplitudes, .keep_late = true, .keep_dead = true}, "split",
                      windows, kBeforeAll);
  SourceBatch batch;
  batch.reference = kReference;
  for (std::size_t i = 0; i < records.size(); ++i) {
    batch.messages.push_back({.offset = static_cast<Offset>(i), .bytes = records[i]});
  }
  Counts counts;
  Letters letters;
  chain.process(batch, kReference, counts, letters);
  chain.flush(counts, letters);
  Outcome outcome;
  outcome.accepted = counts.records_accepted;
  outcome.late = counts.late;
  outcome.dropped = counts.dropped;
  outcome.late_letters = letters.late;
  outcome.dead_letters = letters.dead;
  for (const WindowResults& window : windows.advance(kAfterAll)) {
    for (const ResultRow& row : window.rows) {
      outcome.results[{to_ms(window.window_start), std::string(row.sensor_id)}] = {
          row.avg_amplitude,
          row.max_amplitude,
          row.min_amplitude,
          static_cast<double>(row.p_phase_count),
          static_cast<double>(row.s_phase_count),
          static_cast<double>(row.n_phase_count)};
    }
  }
  return outcome;
}

Outcome by_batches(const std::vector<std::string>& records, TimeMode mode, std::mt19937_64& dice) {
  const bool event_time = mode == TimeMode::kEvent;
  BatchDecoder decoder(
      {.amplitudes = kAmplitudes, .event_time = event_time, .keep_dead = true, .keep_late = true, .hash_seed = dice()});
  BatchCombiner combiner({.event_time = event_time, .keep_late = true});
  Outcome outcome;
  RecordBatch batch;
  batch.split = "split";
  std::string partials;
  Timestamp highest = kBeforeAll;
  for (std::size_t begin = 0; begin < records.size();) {
    const std::size_t end = std::min(records.size(), begin + 1 + dice() % 7000);
    batch.bytes.clear();
    std::vector<std::int32_t> lengths;
    std::vector<std::int64_t> offsets;
    for (; begin < end; ++begin) {
      lengths.push_back(static_cast<std::int32_t>(records[begin].size()));
      offsets.push_back(static_cast<std::int64_t>(begin));
      batch.bytes += records[begin];
    }
    EXPECT_TRUE(decoder.decode(lengths, offsets, kReference, batch));
    do {
      const auto added = combiner.add(batch, highest, kReference, partials, outcome.late_letters);
      highest = std::max(highest, batch.highest);
      outcome.accepted += added.accepted;
      outcome.late += added.late;
      for (std::size_t i = 0; i < kRejections; ++i) outcome.dropped[i] += batch.dropped[i];
      outcome.dead_letters += batch.dead_letters;
    } while (decoder.decode_more(batch));
    if (dice() % 5 == 0) combiner.drain(partials);
  }
  combiner.drain(partials);

  std::map<std::pair<std::int64_t, std::string>, Aggregate> windows;
  std::string_view rest = partials;
  while (!rest.empty()) {
    const auto row = take_partial(rest);
    if (!row) {
      ADD_FAILURE() << "no row where one should be";
      break;
    }
    windows[{to_ms(row->window_start), std::string(row->sensor_id)}].merge(row->aggregate);
  }
  for (const auto& [key, all] : windows) {
    outcome.results[key] = {all.mean(),
                            all.max(),
                            all.min(),
                            static_cast<double>(all.phase_count(Phase::kP)),
                            static_cast<double>(all.phase_count(Phase::kS)),
                            static_cast<double>(all.phase_count(Phase::kNoise))};
  }
  return outcome;
}

TEST(BatchCombiner, GivesWhatThePipelineGives) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    std::mt19937_64 dice(seed);
    const auto all = records(dice);
    for (const TimeMode mode : {TimeMode::kEvent, TimeMode::kProcessing}) {
      const Outcome expected = by_the_pipeline(all, mode);
      const Outcome got = by_batches(all, mode, dice);
      EXPECT_GT(expected.accepted, 20'000U);
      if (mode == TimeMode::kEvent) {
        EXPECT_GT(expected.late, 100U);
        EXPECT_EQ(expected.dropped[static_cast<std::size_t>(Rejection::kTimestamp)], 1U);
      }
      EXPECT_EQ(got.results, expected.results) << seed;
      EXPECT_EQ(got.accepted, expected.accepted) << seed;
      EXPECT_EQ(got.late, expected.late) << seed;
      EXPECT_EQ(got.dropped, expected.dropped) << seed;
      EXPECT_TRUE(got.late_letters == expected.late_letters) << seed;
      EXPECT_TRUE(got.dead_letters == expected.dead_letters) << seed;
    }
  }
}

TEST(BatchDecoder, ReadsPacksAndCountsWhatIsNone) {
  const std::string record = reading("S001", to_ms(kReference), "P", 1);
  std::string body;
  append_delimited(record, body);
  append_delimited("", body);
  append_delimited(record, body);
  body += "\x7Fhalf";

  BatchDecoder decoder({.amplitudes = kAmplitudes, .keep_dead = true, .keep_late = true});
  RecordBatch batch;
  batch.split = "split";
  batch.bytes = body;
  const auto length = static_cast<std::int32_t>(static_cast<std::uint32_t>(body.size()) | BatchDecoder::kPacked);
  ASSERT_TRUE(decoder.decode(std::array{length}, std::array<std::int64_t, 1>{17}, kReference, batch));
  ASSERT_EQ(batch.rows().size(), 2U);
  EXPECT_EQ(batch.origins[1].offset, 17);
  EXPECT_EQ(batch.rows()[1].sensor.id(), "S001");
  EXPECT_EQ(batch.dropped[static_cast<std::size_t>(Rejection::kFrame)], 1U);
  EXPECT_EQ(batch.dropped[static_cast<std::size_t>(Rejection::kDataQuality)], 1U);  // of an empty record
  // The letters are those of the queue's reader: the frame's ends before the next message.
  std::string_view letters = batch.dead_letters;
  const FrameLength first = read_frame_length(letters);
  letters.remove_prefix(first.prefix + first.length);
  const FrameLength second = read_frame_length(letters);
  v1::Letter letter;
  ASSERT_TRUE(letter.ParseFromArray(letters.data() + second.prefix, static_cast<int>(second.length)));
  EXPECT_EQ(letter.reason(), "frame");
  EXPECT_EQ(letter.offset(), 17);
  EXPECT_EQ(letter.end_offset(), 18);
  EXPECT_EQ(letter.payload(), "\x7Fhalf");
}

TEST(BatchDecoder, DropsWhatTheHostHasRefused) {
  const std::string record = reading("S001", to_ms(kReference), "P", 1);
  const std::string longest(limits::kMessageBytes + 1, 'x');
  BatchDecoder decoder({.amplitudes = kAmplitudes, .keep_dead = true});
  RecordBatch batch;
  batch.split = "split";
  batch.bytes = record + longest + record + record;
  const auto marked = [](std::string_view body, std::uint32_t kind) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(body.size()) | kind);
  };
  const std::array lengths{marked(record, BatchDecoder::kDamaged), marked(longest, BatchDecoder::kOtherCompression),
                           marked(record, 0), marked(record, BatchDecoder::kDamaged)};
  const std::array<std::int64_t, 4> offsets{17, 18, 19, 20};
  ASSERT_TRUE(decoder.decode(lengths, offsets, kReference, batch, 2));
  EXPECT_EQ(decoder.begun(), 2U);
  ASSERT_TRUE(decoder.decode(lengths, offsets, kReference, batch));
  std::vector<v1::Letter> letters;
  do {
    RecordPack pack(batch.dead_letters);
    while (!pack.empty()) ASSERT_TRUE(letters.emplace_back().ParseFromString(std::string(pack.next().value_or(""))));
  } while (decoder.decode_more(batch));
  ASSERT_EQ(letters.size(), 3U);
  EXPECT_EQ(letters[0].reason(), "damaged");
  EXPECT_EQ(letters[0].end_offset(), 18);
  EXPECT_EQ(letters[0].payload(), record);
  EXPECT_EQ(letters[1].reason(), "compression");
  EXPECT_EQ(letters[1].payload().size(), limits::kMessageBytes);
  EXPECT_EQ(letters[1].payload_bytes(), static_cast<std::int64_t>(longest.size()));
  EXPECT_EQ(letters[0].payload_bytes(), 0);
  EXPECT_EQ(letters[2].offset(), 20);
}

TEST(BatchDecoder, StopsAtTheLimitPerhapsWithinAPack) {
  const std::string record = reading("S001", to_ms(kReference), "P", 1);
  std::string pack;
  for (int i = 0; i < 3; ++i) append_delimited(record, pack);
  pack += "\x7Fhalf";
  RecordBatch batch;
  std::vector<std::int32_t> lengths;
  const auto add = [&](std::string_view body, std::uint32_t flag) {
    lengths.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(body.size()) | flag));
    batch.bytes += body;
  };
  add(record, 0);
  add("no record", 0);
  add(pack, BatchDecoder::kPacked);
  add(record, 0);
  const std::array<std::int64_t, 4> offsets{7, 8, 9, 10};
  BatchDecoder decoder({.amplitudes = kAmplitudes});
  // By the limit: the messages begun, of the seven readings the good ones and the others.
  const std::array<std::array<std::size_t, 3>, 9> expected{
      {{0, 0, 0}, {1, 1, 0}, {2, 1, 1}, {3, 2, 1}, {3, 3, 1}, {3, 4, 1}, {3, 4, 2}, {4, 5, 2}, {4, 5, 2}}};
  for (std::size_t limit = 0; limit < expected.size(); ++limit) {
    ASSERT_TRUE(decoder.decode(lengths, offsets, kReference, batch, limit));
    EXPECT_FALSE(decoder.decode_more(batch));
    const std::uint64_t dropped = std::accumulate(batch.dropped.begin(), batch.dropped.end(), std::uint64_t{0});
    EXPECT_EQ((std::array<std::size_t, 3>{decoder.begun(), batch.rows().size(), dropped}), expected[limit]) << limit;
  }
}

TEST(BatchDecoder, StopsAtTheLimitBehindAFullBatchToo) {
  std::string pack;
  for (std::size_t i = 0; i < limits::kBatchRecords; ++i) {
    append_delimited(reading("S001", to_ms(kReference), "P", 1), pack);
  }
  RecordBatch batch;
  batch.bytes = pack + pack;
  const auto length = static_cast<std::int32_t>(static_cast<std::uint32_t>(pack.size()) | BatchDecoder::kPacked);
  const std::array<std::int32_t, 2> lengths{length, length};
  const std::array<std::int64_t, 2> offsets{7, 8};
  BatchDecoder decoder({.amplitudes = kAmplitudes});
  for (const std::size_t limit : {limits::kBatchRecords, limits::kBatchRecords + 1}) {
    ASSERT_TRUE(decoder.decode(lengths, offsets, kReference, batch, limit));
    std::size_t read = batch.rows().size();
    while (decoder.decode_more(batch)) read += batch.rows().size();
    EXPECT_EQ(read, limit);
    EXPECT_EQ(decoder.begun(), limit == limits::kBatchRecords ? 1U : 2U);
  }
}

/// Whatever is sent: messages of one byte for each of which a letter is wanted, ids as long as they may be and each of
/// another sensor, sums that leave their narrow part, everything late.
TEST(BatchDecoder, NativeMemoryIsBoundedWhateverIsSent) {
  std::string nothing(std::size_t{4} << 20, '\0');  // as many empty records in one message
  std::string strangers;
  std::string late;
  for (int i = 0; i < 60'000; ++i) {
    const std::string id = std::string(limits::kSensorIdBytes - 5, 'x') + std::to_string(10'000 + i);
    append_delimited(reading(id, to_ms(kReference), "P", 1e-30F), strangers);
    append_delimited(reading("S001", to_ms(kReference) - 60'000, "P", 1), late);
  }
  BatchDecoder decoder({.amplitudes = kAmplitudes, .event_time = true, .keep_dead = true, .keep_late = true});
  BatchCombiner combiner({.event_time = true, .keep_late = true});
  RecordBatch batch;
  batch.split = std::string(100, 's');
  Timestamp highest = kBeforeAll;
  std::uint64_t dropped = 0;
  std::uint64_t was_late = 0;
  std::uint64_t taken = 0;
  for (const std::string* body : {&nothing, &strangers, &late, &nothing, &strangers}) {
    std::memcpy(batch.room_for(body->size()), body->data(), body->size());
    const auto length = static_cast<std::int32_t>(static_cast<std::uint32_t>(body->size()) | BatchDecoder::kPacked);
    const std::array<std::int32_t, 1> lengths{length};
    const std::array<std::int64_t, 1> offsets{0};
    ASSERT_TRUE(decoder.decode(lengths, offsets, kReference, batch));
    do {
      std::string partials;
      std::string letters;
      const auto added = combiner.add(batch, highest, kReference, partials, letters);
      highest = std::max(highest, batch.highest);
      was_late += added.late;
      dropped += batch.dropped[static_cast<std::size_t>(Rejection::kDataQuality)];
      taken += added.accepted;
      const std::size_t extra = body->size() - std::min(body->size(), limits::kBatchBytes);
      ASSERT_LT(batch.memory_bytes() + combiner.memory_bytes() + partials.capacity() + letters.capacity(),
                limits::kFlinkTaskBytes + extra);
    } while (decoder.decode_more(batch));
  }
  EXPECT_EQ(dropped, 2 * nothing.size());
  EXPECT_EQ(was_late, 60'000U);
  EXPECT_EQ(taken, 120'000U);
  std::memcpy(batch.room_for(1), "x", 1);
  EXPECT_LT(batch.memory_bytes(), std::size_t{4} << 20);  // what the long ones took is given back
  std::string partials;
  combiner.drain(partials);
  EXPECT_LT(partials.capacity() + combiner.memory_bytes(), limits::kFlinkTaskBytes);
}

TEST(BatchDecoder, LengthsThatDoNotFitAreABugOfTheCaller) {
  BatchDecoder decoder({.amplitudes = kAmplitudes});
  RecordBatch batch;
  const std::array<std::int64_t, 1> offset{0};
  std::memcpy(batch.room_for(2), "xy", 2);
  EXPECT_TRUE(decoder.decode(std::array{2}, offset, kReference, batch));
  EXPECT_FALSE(decoder.decode(std::array{1}, offset, kReference, batch));
  EXPECT_FALSE(decoder.decode(std::array{3}, offset, kReference, batch));
  EXPECT_FALSE(decoder.decode({}, offset, kReference, batch));
  EXPECT_FALSE(decoder.decode(std::array{1, 1}, offset, kReference, batch));
  EXPECT_FALSE(decoder.decode({}, {}, kReference, batch));
}

}  // namespace
}  // namespace temblor::flink
