#include "connectors/miniseed/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/miniseed/test_records.h"

namespace temblor::miniseed {
namespace {

using testing::HasSubstr;

constexpr std::size_t kSequence = 0, kStation = 8, kYear = 20, kSamples = 30, kDataOffset = 44, kBlockettes = 46;
constexpr std::size_t kEncoding = 52, kByteOrder = 53, kLength = 54;  // blockette 1000 comes first

// A record in memory as scan_record wants it.
class Bytes {
 public:
  explicit Bytes(std::string bytes) : size_(bytes.size()), bytes_(std::move(bytes)) {
    bytes_.append(kReadableBehind, '\xff');
  }
  explicit Bytes(const TestTrace& trace) : Bytes(pack(trace)) {}
  char& operator[](std::size_t at) { return bytes_[at]; }
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }
  void put_short(std::size_t at, unsigned value) {
    bytes_[at] = static_cast<char>(value >> 8);
    bytes_[at + 1] = static_cast<char>(value & 0xff);
  }
  [[nodiscard]] RecordScan scan() const { return scan_record(view()); }
  [[nodiscard]] std::string problem() const {
    const RecordScan scanned = scan();
    return scanned.status == RecordScan::Status::kNoRecord ? std::string(scanned.problem) : "none";
  }

 private:
  std::size_t size_;
  std::string bytes_;
};

TestTrace trace_of(int encoding, std::vector<double> values) {
  TestTrace trace;
  trace.start_us = kTestStart;
  trace.encoding = encoding;
  trace.values = std::move(values);
  return trace;
}

TEST(Record, ReadsTheHeader) {
  TestTrace trace = trace_of(DE_STEIM2, ramp(50));
  trace.start_us = kTestStart + 123'457;
  const RecordScan scan = Bytes(trace).scan();
  ASSERT_EQ(scan.status, RecordScan::Status::kRecord) << scan.problem;
  EXPECT_EQ(scan.header.sensor_id, "BW.UH1..SHZ");
  EXPECT_EQ(scan.header.bytes, 512U);
  EXPECT_EQ(scan.header.start_us, trace.start_us);
  EXPECT_EQ(scan.header.rate, (SampleRate{100, 1}));
  EXPECT_EQ(scan.header.samples, 50U);
}

TEST(Record, AnyPartOfAnIdMayBeEmpty) {
  TestTrace trace = trace_of(DE_INT32, ramp(5));
  trace.network = trace.station = trace.channel = "";
  EXPECT_EQ(Bytes(trace).scan().header.sensor_id, "...");
  trace.location = "00";
  EXPECT_EQ(Bytes(trace).scan().header.sensor_id, "..00.");
}

TEST(Record, UnpacksEveryEncodingInBothByteOrders) {
  for (const int encoding : {DE_INT16, DE_INT32, DE_FLOAT32, DE_FLOAT64, DE_STEIM1, DE_STEIM2}) {
    for (const int order : {0, 1}) {
      SCOPED_TRACE(std::to_string(encoding) + " " + std::to_string(order));
      TestTrace trace = trace_of(encoding, ramp(40));
      trace.byte_order = order;
      const Bytes bytes(trace);
      const RecordScan scan = bytes.scan();
      ASSERT_EQ(scan.status, RecordScan::Status::kRecord) << scan.problem;
      std::vector<double> samples;
      EXPECT_EQ(decode_samples(bytes.view(), scan.header, samples), "");
      EXPECT_EQ(samples, trace.values);
    }
  }
}

TEST(Record, ReadsRatesExactly) {
  const auto rate_of = [](double rate, bool exact) {
    TestTrace trace = trace_of(DE_INT32, ramp(5));
    trace.rate = rate;
    trace.exact_rate = exact;
    return Bytes(trace).scan().header.rate;
  };
  EXPECT_EQ(rate_of(62.5, true), (SampleRate{125, 2}));
  EXPECT_EQ(rate_of(100, true), (SampleRate{100, 1}));
  EXPECT_EQ(rate_of(0.1, false), (SampleRate{1, 10}));
  EXPECT_NEAR(rate_of(99.99998, true).hz(), 99.99998, 1e-5);
}

TEST(Record, SaysHowMuchItNeeds) {
  const std::string whole = pack(trace_of(DE_INT32, ramp(5)));
  for (const std::size_t size : {0U, 7U, 47U, 48U, 55U, 56U, 200U, 511U}) {
    const Bytes bytes(whole.substr(0, size));
    const RecordScan scan = bytes.scan();
    EXPECT_EQ(scan.status, RecordScan::Status::kNeedsMore) << size;
    EXPECT_GT(scan.needed, size);
    EXPECT_LE(scan.needed, 512U);
  }
}

TEST(Record, NamesWhatIsWrongWithAHeader) {
  const Bytes good(trace_of(DE_INT32, ramp(5)));
  ASSERT_EQ(good.problem(), "none");
  const auto damaged = [&](auto damage) {
    Bytes bytes = good;
    damage(bytes);
    return bytes.problem();
  };
  EXPECT_THAT(damaged([](Bytes& b) { b[kSequence] = 'x'; }), HasSubstr("no header"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kYear, 2600); }), HasSubstr("date"));
  EXPECT_THAT(damaged([](Bytes& b) { b[kYear + 4] = 24; }), HasSubstr("time of day"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kYear + 8, 10'000); }), HasSubstr("time of day"));
  EXPECT_THAT(damaged([](Bytes& b) { b[kStation] = '\x01'; }), HasSubstr("code"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kBlockettes, 0); }), HasSubstr("no blockette 1000"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kBlockettes, 20); }), HasSubstr("follow"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(50, 52); }), HasSubstr("follow"));
  EXPECT_THAT(damaged([](Bytes& b) { b[kLength] = 3; }), HasSubstr("length"));
  EXPECT_THAT(damaged([](Bytes& b) { b[kLength] = 40; }), HasSubstr("length"));
  EXPECT_THAT(damaged([](Bytes& b) { b[kByteOrder] = 2; }), HasSubstr("byte order"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kDataOffset, 40); }), HasSubstr("samples"));
  EXPECT_THAT(damaged([](Bytes& b) { b.put_short(kDataOffset, 512); }), HasSubstr("samples"));
  EXPECT_THAT(damaged([](Bytes& b) {
                b.put_short(32, 0);
                b.put_short(34, 0);
              }),
              HasSubstr("rate"));
  EXPECT_THAT(damaged([](Bytes& b) {
                b[0] = 'M';
                b[1] = 'S';
                b[2] = 3;
              }),
              HasSubstr("miniSEED 3"));
}

// Each of these would make libmseed read past the end of the record.
TEST(Record, TrustsNoLength) {
  TestTrace trace = trace_of(DE_INT32, ramp(5));
  const Bytes good(trace);
  Bytes opaque = good;
  opaque.put_short(56, 2000);  // in place of blockette 1001
  opaque.put_short(60, 2);
  EXPECT_THAT(opaque.problem(), HasSubstr("2000"));
  Bytes second = good;
  second.put_short(56, 1000);
  second[62] = 20;
  EXPECT_THAT(second.problem(), HasSubstr("two blockettes 1000"));
  Bytes outside = good;
  outside.put_short(50, 510);
  EXPECT_EQ(outside.scan().status, RecordScan::Status::kNeedsMore);
  outside.put_short(50, 508);
  EXPECT_EQ(outside.scan().status, RecordScan::Status::kNeedsMore);
  for (const unsigned type : {200U, 201U, 300U, 310U, 320U, 390U, 395U, 400U, 405U, 500U}) {
    Bytes other = good;
    other.put_short(56, type);
    EXPECT_EQ(other.problem(), "none") << type;
  }
}

TEST(Record, NamesWhatCannotBeUnpacked) {
  const auto problem = [](const Bytes& bytes) {
    const RecordScan scan = bytes.scan();
    EXPECT_EQ(scan.status, RecordScan::Status::kRecord) << scan.problem;
    std::vector<double> samples;
    return decode_samples(bytes.view(), scan.header, samples);
  };
  const Bytes good(trace_of(DE_STEIM1, ramp(100)));
  EXPECT_EQ(problem(good), "");
  Bytes unknown = good;
  unknown[kEncoding] = 19;
  EXPECT_EQ(problem(unknown), "encoding 19 is not read");
  Bytes flipped = good;
  flipped[64 + 20] = static_cast<char>(flipped[64 + 20] ^ 4);
  EXPECT_THAT(problem(flipped), HasSubstr("last sample"));
  Bytes many = good;
  many.put_short(kSamples, 60'000);
  EXPECT_THAT(problem(many), HasSubstr("cannot be unpacked"));
  Bytes plain(trace_of(DE_INT32, ramp(100)));
  plain.put_short(kSamples, 113);
  EXPECT_THAT(problem(plain), HasSubstr("no room"));
}

TEST(Record, ALengthThatSwallowsOtherRecordsIsDamage) {
  Bytes bytes(pack(trace_of(DE_INT32, ramp(400))));
  ASSERT_GE(bytes.view().size(), 2048U);
  bytes[kLength] = 11;
  EXPECT_THAT(bytes.problem(), HasSubstr("another record"));
}

TEST(Record, TextHasNoSamples) {
  const RecordScan scan = Bytes(trace_of(DE_ASCII, {'o', 'k'})).scan();
  ASSERT_EQ(scan.status, RecordScan::Status::kRecord);
  EXPECT_EQ(scan.header.samples, 0U);
}

TEST(Record, NoEnvironmentVariableChangesAReading) {
  ::setenv("UNPACK_DATA_FORMAT", "4", 1);
  ::setenv("UNPACK_DATA_BYTEORDER", "0", 1);
  const Bytes bytes(trace_of(DE_INT32, ramp(5)));
  std::vector<double> samples;
  EXPECT_EQ(decode_samples(bytes.view(), bytes.scan().header, samples), "");
  EXPECT_EQ(samples, ramp(5));
  ::unsetenv("UNPACK_DATA_FORMAT");
  ::unsetenv("UNPACK_DATA_BYTEORDER");
}

TEST(Record, FindsAHeaderAtAnyByte) {
  const std::string record = pack(trace_of(DE_INT32, ramp(5)));
  const std::string bytes = std::string(37, '\x01') + record;
  EXPECT_EQ(find_header(bytes, 0), 37U);
  EXPECT_EQ(find_header(std::string(100, 'x'), 1), 93U);  // seven bytes may be the beginning of one
  EXPECT_EQ(find_header("abc", 1), 1U);
}

}  // namespace
}  // namespace temblor::miniseed
