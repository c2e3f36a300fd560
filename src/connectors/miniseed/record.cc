#include "connectors/miniseed/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "connectors/miniseed/library.h"

namespace temblor::miniseed {
namespace {

constexpr std::size_t kBlocketteHead = 8;  // type, next, and as much of the body as blockettes 1000 and 2000 need
constexpr std::size_t kOpaqueFixedPart = 15;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint16_t short_at(std::string_view bytes, std::size_t at, bool big_endian) {
  const std::uint16_t a = byte_at(bytes, at);
  const std::uint16_t b = byte_at(bytes, at + 1);
  return static_cast<std::uint16_t>(big_endian ? a << 8 | b : b << 8 | a);
}

// The signature that tells a data record: sequence number, quality, reserved byte. Needs 8 bytes.
bool signed_at(std::string_view bytes, std::size_t at) {
  const char quality = bytes[at + 6];
  if (quality != 'D' && quality != 'R' && quality != 'Q' && quality != 'M') return false;
  if (bytes[at + 7] != ' ' && bytes[at + 7] != '\0') return false;
  for (std::size_t i = at; i < at + 6; ++i) {
    if ((bytes[i] < '0' || bytes[i] > '9') && bytes[i] != ' ' && bytes[i] != '\0') return false;
  }
  return true;
}

// Libmseed takes the header for little endian where year and day make sense that way.
bool is_date(std::string_view bytes, bool big_endian) {
  const std::uint16_t year = short_at(bytes, 20, big_endian);
  const std::uint16_t day = short_at(bytes, 22, big_endian);
  return year >= 1900 && year <= 2100 && day >= 1 && day <= 366;
}

// A code without its padding; false where it holds what no code does.
bool append_code(std::string_view field, std::string& id) {
  while (!field.empty() && (field.back() == ' ' || field.back() == '\0')) field.remove_suffix(1);
  for (const char c : field) {
    if (c <= ' ' || c >= '\x7f' || c == '.') return false;
  }
  id.append(field);
  return true;
}

bool read_sensor_id(std::string_view bytes, std::string& id) {
  const std::string_view fields[] = {bytes.substr(18, 2), bytes.substr(8, 5), bytes.substr(13, 2), bytes.substr(15, 3)};
  for (const std::string_view field : fields) {
    if (!append_code(field, id)) return false;
    id.push_back('.');
  }
  id.pop_back();
  return true;
}

RecordScan none(std::string_view problem) {
  RecordScan scan;
  scan.problem = problem;
  return scan;
}

RecordScan needs(std::size_t bytes) {
  RecordScan scan;
  scan.status = RecordScan::Status::kNeedsMore;
  scan.needed = bytes;
  return scan;
}

// What can be said from the fixed section and the chain of blockettes alone: that it is a record, and its length.
RecordScan scan_header(std::string_view bytes) {
  if (bytes.size() < kFixedHeader) return needs(kFixedHeader);
  if (!signed_at(bytes, 0)) {
    const bool version3 = bytes.substr(0, 3) == "MS\x03";
    return none(version3 ? "miniSEED 3 is not read; convert it to miniSEED 2" : "no header of a data record");
  }
  const bool big_endian = !is_date(bytes, false);
  if (big_endian && !is_date(bytes, true)) return none("the header has no legal date");
  if (byte_at(bytes, 24) > 23 || byte_at(bytes, 25) > 59 || byte_at(bytes, 26) > 60 ||
      short_at(bytes, 28, big_endian) > 9999) {
    return none("the header has no legal time of day");
  }

  RecordScan scan;
  std::size_t& length = scan.header.bytes;
  std::size_t chain_end = kFixedHeader;
  std::size_t at = short_at(bytes, 46, big_endian);
  while (at != 0) {
    if (at < chain_end) return none("its blockettes do not follow one another");
    if (at + kBlocketteHead > kLongestRecord) return none("its blockettes lie outside of it");
    if (at + kBlocketteHead > bytes.size()) return needs(at + kBlocketteHead);
    const std::uint16_t type = short_at(bytes, at, big_endian);
    const bool swapped = big_endian != (ms_bigendianhost() != 0);
    const std::size_t size = ms_blktlen(type, bytes.data() + at, swapped ? 1 : 0);
    if (size == 0) break;  // no known type: libmseed goes no further either
    if (type == 2000 && size < kOpaqueFixedPart) return none("a blockette 2000 has a wrong length");
    if (type == 1000) {
      if (length != 0) return none("it has two blockettes 1000");
      if (byte_at(bytes, at + 5) > 1) return none("it has no legal byte order");
      scan.header.encoding = byte_at(bytes, at + 4);
      scan.header.big_endian = byte_at(bytes, at + 5) == 1;
      const unsigned exponent = byte_at(bytes, at + 6);
      length = exponent < 32 ? std::size_t{1} << exponent : 0;
      if (length < kShortestRecord || length > kLongestRecord) return none("it has no legal length");
    }
    chain_end = at + size;
    at = short_at(bytes, at + 2, big_endian);
  }
  if (length == 0) return none("it has no blockette 1000");
  if (chain_end > length) return none("its blockettes lie outside of it");
  scan.header.data_offset = short_at(bytes, 44, big_endian);
  scan.header.samples = scan.header.encoding == DE_ASCII ? 0 : short_at(bytes, 30, big_endian);
  if (scan.header.samples > 0 && (scan.header.data_offset < kFixedHeader || scan.header.data_offset >= length)) {
    return none("its samples lie outside of it");
  }
  scan.status = RecordScan::Status::kRecord;
  return scan;
}

bool read_rate(const MSRecord& record, SampleRate& rate) {
  if (!(record.samprate >= kSlowestHz && record.samprate <= kFastestHz)) return false;
  if (record.Blkt100 != nullptr) {
    // A float is a ratio with a power of two below; the bounds above keep both in 2^40.
    double numerator = record.samprate;
    rate.denominator = 1;
    while (numerator != std::floor(numerator)) {
      numerator *= 2;
      rate.denominator *= 2;
    }
    rate.numerator = static_cast<std::uint64_t>(numerator);
    return true;
  }
  // SEED: a positive number multiplies, a negative one divides.
  rate = {};
  for (const int part : {int{record.fsdh->samprate_fact}, int{record.fsdh->samprate_mult}}) {
    if (part > 0) rate.numerator *= static_cast<std::uint64_t>(part);
    if (part < 0) rate.denominator *= static_cast<std::uint64_t>(-part);
  }
  return true;
}

// How many bytes a sample takes where that is fixed; 0 where frames are compressed, nothing where it is not read.
bool sample_bytes(std::uint8_t encoding, std::size_t& bytes) {
  switch (encoding) {
    case DE_STEIM1:
    case DE_STEIM2:
      bytes = 0;
      return true;
    case DE_INT16:
    case DE_GEOSCOPE163:
    case DE_GEOSCOPE164:
    case DE_CDSN:
    case DE_SRO:
    case DE_DWWSSN:
      bytes = 2;
      return true;
    case DE_GEOSCOPE24:
      bytes = 3;
      return true;
    case DE_INT32:
    case DE_FLOAT32:
      bytes = 4;
      return true;
    case DE_FLOAT64:
      bytes = 8;
      return true;
    default:
      return false;
  }
}

template <class T>
void take(const MSRecord& record, std::vector<double>& samples) {
  const T* unpacked = static_cast<const T*>(record.datasamples);
  samples.assign(unpacked, unpacked + record.numsamples);
}

// The reverse integration constant: the third word of the first Steim frame.
std::int32_t last_sample(std::string_view data, bool big_endian) {
  const std::uint32_t a = short_at(data, 8, big_endian);
  const std::uint32_t b = short_at(data, 10, big_endian);
  return static_cast<std::int32_t>(big_endian ? a << 16 | b : b << 16 | a);
}

}  // namespace

RecordScan scan_record(std::string_view bytes) {
  RecordScan scan = scan_header(bytes);
  if (scan.status != RecordScan::Status::kRecord) return scan;
  RecordHeader& header = scan.header;
  if (header.bytes > bytes.size()) return needs(header.bytes);
  for (std::size_t at = kShortestRecord; at + kFixedHeader <= header.bytes; at += kShortestRecord) {
    if (!signed_at(bytes, at)) continue;
    if (scan_header(bytes.substr(at, header.bytes - at)).status == RecordScan::Status::kRecord) {
      return none("another record lies inside of it");
    }
  }
  if (!read_sensor_id(bytes, header.sensor_id)) return none("it has no legal station or channel code");

  Library::Use library = Library::use();
  const MSRecord* record = library.unpack(bytes.data(), header.bytes, false);
  if (record == nullptr) return none("its header cannot be read");
  header.start_us = record->starttime;
  if (header.samples > 0 && !read_rate(*record, header.rate)) return none("it has no legal sample rate");
  return scan;
}

std::size_t find_header(std::string_view bytes, std::size_t from) {
  constexpr std::size_t kSignature = 8;
  std::size_t at = from;
  while (at + kSignature <= bytes.size() && !signed_at(bytes, at)) ++at;
  return std::min(at, bytes.size());
}

std::string decode_samples(std::string_view bytes, const RecordHeader& header, std::vector<double>& samples) {
  samples.clear();
  std::size_t each = 0;
  if (!sample_bytes(header.encoding, each)) return fmt::format("encoding {} is not read", header.encoding);

  const std::string_view data = bytes.substr(header.data_offset, header.bytes - header.data_offset);
  const bool steim = each == 0;
  constexpr std::size_t kSteimFrame = 64;
  if (steim ? data.size() < kSteimFrame : data.size() / each < header.samples) return "it has no room for its samples";

  Library::Use library = Library::use();
  const MSRecord* record = library.unpack(bytes.data(), header.bytes, true);
  if (record == nullptr || record->numsamples != header.samples) return "its samples cannot be unpacked";
  if (record->sampletype == 'i') take<std::int32_t>(*record, samples);
  if (record->sampletype == 'f') take<float>(*record, samples);
  if (record->sampletype == 'd') take<double>(*record, samples);
  if (samples.size() != header.samples) return "its samples cannot be unpacked";
  if (steim && samples.back() != last_sample(data, header.big_endian)) {
    samples.clear();
    return "its last sample is not the one that its compression names";
  }
  return {};
}

}  // namespace temblor::miniseed
