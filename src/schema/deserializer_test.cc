#include "schema/deserializer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "base/limits.h"
#include "proto/letter.pb.h"
#include "proto/seismic_data.pb.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

using com::example::seismic::SeismicAggRecord;
using com::example::seismic::SeismicRecord;

/// Holds one message against libprotobuf: both refuse it, or both read the same.
void expect_as_libprotobuf(const std::string& bytes) {
  SeismicRecord theirs;
  Record ours;
  const bool parsed = theirs.ParseFromString(bytes);
  ASSERT_EQ(deserialize(bytes, ours), parsed) << ::testing::PrintToString(bytes);
  if (!parsed) return;
  EXPECT_EQ(ours.sensor_id, theirs.sensor_id());
  EXPECT_EQ(ours.collect_timestamp, theirs.collect_timestamp());
  EXPECT_EQ(std::bit_cast<std::uint64_t>(ours.longitude), std::bit_cast<std::uint64_t>(theirs.longitude()));
  EXPECT_EQ(std::bit_cast<std::uint64_t>(ours.latitude), std::bit_cast<std::uint64_t>(theirs.latitude()));
  EXPECT_EQ(ours.depth, theirs.depth());
  EXPECT_EQ(std::bit_cast<std::uint32_t>(ours.seismic_amplitude),
            std::bit_cast<std::uint32_t>(theirs.seismic_amplitude()));
  EXPECT_EQ(ours.frequency, theirs.frequency());
  EXPECT_EQ(ours.phase_type, theirs.phase_type());
  EXPECT_EQ(ours.data_quality, theirs.data_quality());
  EXPECT_EQ(ours.network_status, theirs.network_status());
}

SeismicRecord random_record(std::mt19937_64& random) {
  const auto sometimes = [&] { return random() % 4 != 0; };
  const auto integer = [&]() -> std::int64_t {
    const auto bits = static_cast<int>(random() % 64);
    const auto value = static_cast<std::int64_t>(random() >> static_cast<unsigned>(bits));
    return random() % 8 == 0 ? -value : value;
  };
  SeismicRecord record;
  if (sometimes()) record.set_sensor_id(std::string(random() % 24, static_cast<char>('A' + random() % 26)));
  if (random() % 16 == 0) record.set_sensor_id("站\u00e9\U0001F30B");
  if (sometimes()) record.set_collect_timestamp(integer());
  if (sometimes()) record.set_longitude(std::bit_cast<double>(random()));
  if (sometimes()) record.set_latitude(static_cast<double>(random() % 90));
  if (sometimes()) record.set_depth(static_cast<std::int32_t>(integer()));
  if (sometimes()) record.set_seismic_amplitude(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  if (sometimes()) record.set_frequency(static_cast<std::int32_t>(random() % 200));
  if (sometimes()) record.set_phase_type(random() % 8 == 0 ? "PKP" : "P");
  if (sometimes()) record.set_data_quality(static_cast<std::int32_t>(random() % 3));
  if (sometimes()) record.set_network_status(static_cast<std::int32_t>(random() % 300));
  return record;
}

SeismicRecord complete_record() {
  SeismicRecord record;
  record.set_sensor_id("S001");
  record.set_collect_timestamp(1'764'458'303'123);
  record.set_longitude(121.5);
  record.set_latitude(31.25);
  record.set_depth(300);
  record.set_seismic_amplitude(3.21F);
  record.set_frequency(50);
  record.set_phase_type("P");
  record.set_data_quality(1);
  record.set_network_status(1);
  return record;
}

TEST(Deserializer, ReadsWhatLibprotobufWrites) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) expect_as_libprotobuf(random_record(random).SerializeAsString());
}

TEST(Deserializer, TheQuickWayReadsTheSameAsTheGeneralOne) {
  const std::string bytes = complete_record().SerializeAsString();
  Record quick;
  ASSERT_TRUE(read_complete(bytes, quick));
  Record general;
  ASSERT_TRUE(deserialize_any(bytes, general));
  std::string a;
  std::string b;
  serialize(quick, a);
  serialize(general, b);
  EXPECT_EQ(a, bytes);
  EXPECT_EQ(b, bytes);
}

TEST(Deserializer, AgreesOnEveryTruncation) {
  const std::string bytes = complete_record().SerializeAsString();
  for (std::size_t size = 0; size <= bytes.size(); ++size) expect_as_libprotobuf(bytes.substr(0, size));
}

TEST(Deserializer, AgreesOnEveryChangedByte) {
  const std::string bytes = complete_record().SerializeAsString();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      expect_as_libprotobuf(changed);
    }
  }
}

TEST(Deserializer, AgreesOnMutatedMessages) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes = random_record(random).SerializeAsString();
    for (std::uint64_t edits = random() % 4; edits > 0 && !bytes.empty(); --edits) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
        case 2:
          bytes.erase(at, 1 + random() % 3);
          break;
        default:
          bytes += random_record(random).SerializeAsString();  // the last one wins
      }
    }
    expect_as_libprotobuf(bytes);
  }
}

TEST(Deserializer, AgreesOnRandomBytes) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() % 0x60 : random());
    expect_as_libprotobuf(bytes);
  }
}

TEST(Deserializer, AgreesOnWhatOnlyAnAttackerWrites) {
  const std::string record = complete_record().SerializeAsString();
  const std::string cases[] = {
      record + std::string("\x0b\x0b\x0c\x0c", 4),              // groups with the number of a field, nested
      record + std::string("\x0b\x14", 2),                      // a group ended by another
      record + std::string("\x0c", 1),                          // the end of no group
      record + std::string("\x00", 1),                          // field number 0
      record + std::string("\x02\x00", 2),                      // the same with a length
      record + std::string("\x0e\x00", 2),                      // wire type 6
      record + std::string("\x90\x80\x80\x80\x00\x05", 6),      // an over-long tag
      record + std::string("\x90\x80\x80\x80\x80\x00\x05", 7),  // one byte more than a tag has
      record + std::string("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11),      // bits beyond 64
      record + std::string("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12),  // eleven bytes
      record + std::string("\x0a\xff\xff\xff\xff\x07", 6),                           // a length near 2^31
      record + std::string("\x0a\xff\xff\xff\xff\x0f", 6),                           // and beyond
      record + std::string("\x0a\x81\x80\x80\x80\x80\x00x", 8),                      // a length of six bytes
      record + std::string("\x0a\x81\x80\x00x", 5),                                  // an over-long length that is one
      record + std::string("\x0a\x02\xc3\x28", 4),                                   // invalid UTF-8
      record + std::string("\x0a\x03\xed\xa0\x80", 5),                               // a surrogate
      record + std::string("\x42\x02\xc0\x80", 4),                                   // an over-long NUL
      record + std::string("\x0d\x01\x02\x03\x04", 5),                               // sensor_id as a fixed32: skipped
      record + std::string("\x5a\x02\xff\xfe", 4),                                   // an unknown field, any bytes
  };
  for (const std::string& bytes : cases) expect_as_libprotobuf(bytes);
  for (int depth = 1; depth <= 110; ++depth) {
    expect_as_libprotobuf(record + std::string(static_cast<std::size_t>(depth), '\x0b') +
                          std::string(static_cast<std::size_t>(depth), '\x0c'));
  }
}

TEST(Serializer, WritesARecordAsLibprotobufDoes) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = random_record(random).SerializeAsString();
    Record record;
    ASSERT_TRUE(deserialize(bytes, record));
    std::string again;
    serialize(record, again);
    EXPECT_EQ(again, bytes);
  }
}

TEST(Serializer, WritesAResultAsLibprotobufDoes) {
  const ResultRow row{.sensor_id = "BW.UH1..SHZ",
                      .avg_amplitude = 4.2F,
                      .max_amplitude = 5,
                      .min_amplitude = -0.0F,
                      .p_phase_count = 12,
                      .s_phase_count = 0,
                      .n_phase_count = 2'147'483'647};
  std::string bytes;
  serialize(row, timestamp_from_ms(-1000), timestamp_from_ms(0), bytes);
  SeismicAggRecord theirs;
  ASSERT_TRUE(theirs.ParseFromString(bytes));
  EXPECT_EQ(theirs.SerializeAsString(), bytes);
  EXPECT_EQ(theirs.sensor_id(), "BW.UH1..SHZ");
  EXPECT_EQ(theirs.window_start_ts(), -1000);
  EXPECT_EQ(theirs.n_phase_count(), 2'147'483'647);
  const auto back = deserialize_result(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->row.sensor_id, row.sensor_id);
  EXPECT_EQ(back->window_start, timestamp_from_ms(-1000));
  EXPECT_EQ(back->row.avg_amplitude, row.avg_amplitude);
  EXPECT_TRUE(std::signbit(back->row.min_amplitude));
}

TEST(Serializer, WritesALetterAsLibprotobufDoes) {
  const Letter letter{.split = "file:a.pb", .offset = 17, .reason = "parse", .payload = {"\xff\x00\x01", 3}};
  std::string bytes;
  serialize(letter, bytes);
  v1::Letter theirs;
  ASSERT_TRUE(theirs.ParseFromString(bytes));
  EXPECT_EQ(theirs.split(), "file:a.pb");
  EXPECT_EQ(theirs.offset(), 17);
  EXPECT_EQ(theirs.reason(), "parse");
  EXPECT_EQ(theirs.payload(), std::string("\xff\x00\x01", 3));
  EXPECT_EQ(theirs.count(), 1);
  EXPECT_EQ(theirs.SerializeAsString(), bytes);
}

TEST(FrameLength, TellsWholeTornAndMalformedLengthsApart) {
  using Status = FrameLength::Status;
  const auto of = [](std::string_view bytes) { return read_frame_length(bytes); };
  EXPECT_EQ(of("").status, Status::kTorn);
  EXPECT_EQ(of("\x80").status, Status::kTorn);
  EXPECT_EQ(of(std::string(9, '\xff')).status, Status::kTorn);
  EXPECT_EQ(of(std::string(10, '\xff')).status, Status::kMalformed);
  EXPECT_EQ(of(std::string("\x00", 1)).length, 0U);
  const FrameLength two = of(std::string("\xac\x02", 2));
  EXPECT_EQ(two.status, Status::kOk);
  EXPECT_EQ(two.prefix, 2U);
  EXPECT_EQ(two.length, 300U);
  std::string longest;
  append_varint(limits::kMessageBytes, longest);
  EXPECT_EQ(of(longest).status, Status::kOk);
  std::string longer;
  append_varint(limits::kMessageBytes + 1, longer);
  EXPECT_EQ(of(longer).status, Status::kMalformed);
}

}  // namespace
}  // namespace temblor
