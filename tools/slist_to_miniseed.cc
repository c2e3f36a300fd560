// Writes a waveform in the SLIST text format as miniSEED 2: `slist_to_miniseed IN.slist OUT.mseed`; `-` reads standard
// input. INTEGER samples become Steim2, or INT32 where a difference does not fit into Steim2's 30 bits, FLOAT samples
// become 32-bit floats; start times keep their microseconds (blockette 1001).
//
// SLIST: a line `TIMESERIES NET_STA_LOC_CHA_Q, 11517 samples, 50 sps, 2010-05-27T16:24:03.679998, SLIST, INTEGER,
// unit`, then the samples in any number of columns; many traces may follow one another.
// https://github.com/EarthScope/mseed2ascii
#include <fmt/format.h>
#include <libmseed.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int kRecordBytes = 512;
constexpr std::int64_t kMostSamples = 1'000'000'000;
constexpr double kSteim2Reach = 536'870'911;  // 2^29 - 1

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  fmt::print(stderr, "{}: {}\n", where, what);
  std::exit(1);
}

struct FreeRecord {
  void operator()(MSRecord* record) const {
    record->datasamples = nullptr;  // the trace's own
    msr_free(&record);
  }
};
using RecordPtr = std::unique_ptr<MSRecord, FreeRecord>;

struct Trace {
  std::string network, station, location, channel;
  char quality = 'D';
  std::int64_t samples = 0;
  double rate = 0;
  hptime_t start = 0;
  bool integers = true;
  std::vector<double> values;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{{}};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else if (c != ' ' || !parts.back().empty()) {
      parts.back().push_back(c);
    }
  }
  return parts;
}

Trace read_heading(const std::string& line, const std::string& where) {
  const std::vector<std::string> fields = split(line.substr(std::strlen("TIMESERIES ")), ',');
  if (fields.size() < 6) fail(where, "the heading has too few fields");
  const std::vector<std::string> id = split(fields[0], '_');
  if (id.size() != 5 || id[4].size() != 1) fail(where, "the heading names no NET_STA_LOC_CHA_Q");
  Trace trace;
  trace.network = id[0];
  trace.station = id[1];
  trace.location = id[2];
  trace.channel = id[3];
  trace.quality = id[4][0];
  trace.samples = std::strtoll(fields[1].c_str(), nullptr, 10);
  trace.rate = std::strtod(fields[2].c_str(), nullptr);
  std::string time = fields[3];
  trace.start = ms_timestr2hptime(time.data());
  if (trace.samples < 1 || trace.samples > kMostSamples) fail(where, "the heading has no number of samples");
  if (!(trace.rate > 0 && std::isfinite(trace.rate))) fail(where, "the heading has no sample rate");
  if (trace.start == HPTERROR) fail(where, "the heading has no start time");
  if (fields[4] != "SLIST") fail(where, "is no SLIST");
  if (fields[5] != "INTEGER" && fields[5] != "FLOAT") fail(where, "its samples are neither INTEGER nor FLOAT");
  trace.integers = fields[5] == "INTEGER";
  return trace;
}

void read_samples(std::istream& in, Trace& trace, const std::string& where) {
  trace.values.reserve(static_cast<std::size_t>(trace.samples));
  std::string word;
  for (std::int64_t i = 0; i < trace.samples; ++i) {
    if (!(in >> word)) fail(where, fmt::format("ends after {} of {} samples", i, trace.samples));
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (*end != '\0' || !std::isfinite(value)) fail(where, fmt::format("'{}' is no sample", word));
    if (trace.integers && (value != std::floor(value) || std::abs(value) > 2147483647.0)) {
      fail(where, fmt::format("'{}' is no 32-bit integer", word));
    }
    trace.values.push_back(value);
  }
  std::getline(in, word);
}

void copy_code(char (&to)[11], const std::string& from, std::size_t most, const std::string& where) {
  if (from.size() > most) fail(where, fmt::format("the code '{}' is longer than {}", from, most));
  std::memcpy(to, from.c_str(), from.size() + 1);
}

bool fits_steim2(const std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (std::abs(values[i] - values[i - 1]) > kSteim2Reach) return false;
  }
  return true;
}

template <class T>
void pack(MSRecord& record, const std::vector<double>& values, std::ofstream& out, const std::string& where) {
  std::vector<T> samples(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) samples[i] = static_cast<T>(values[i]);
  record.datasamples = samples.data();
  const auto write = [](char* bytes, int length, void* stream) {
    static_cast<std::ofstream*>(stream)->write(bytes, length);
  };
  std::int64_t packed = 0;
  if (msr_pack(&record, write, &out, &packed, 1, 0) < 0 || packed != static_cast<std::int64_t>(values.size())) {
    fail(where, "libmseed does not pack it");
  }
}

void write_trace(const Trace& trace, std::ofstream& out, const std::string& where) {
  const RecordPtr record(msr_init(nullptr));
  if (!record) fail(where, "no memory");
  copy_code(record->network, trace.network, 2, where);
  copy_code(record->station, trace.station, 5, where);
  copy_code(record->location, trace.location, 2, where);
  copy_code(record->channel, trace.channel, 3, where);
  record->dataquality = trace.quality;
  record->starttime = trace.start;
  record->samprate = trace.rate;
  record->reclen = kRecordBytes;
  record->byteorder = 1;
  record->numsamples = record->samplecnt = trace.samples;
  blkt_1001_s extension{};  // holds the microseconds of each record's start; libmseed fills it in
  if (msr_addblockette(record.get(), reinterpret_cast<char*>(&extension), sizeof extension, 1001, 0) == nullptr) {
    fail(where, "no memory");
  }
  if (trace.integers) {
    record->encoding = fits_steim2(trace.values) ? DE_STEIM2 : DE_INT32;
    record->sampletype = 'i';
    pack<std::int32_t>(*record, trace.values, out, where);
  } else {
    record->encoding = DE_FLOAT32;
    record->sampletype = 'f';
    pack<float>(*record, trace.values, out, where);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // An error is one line, ours: libmseed would say its part of it too.
  const auto drop = [](char*) {};
  ms_loginit(drop, nullptr, drop, nullptr);
  if (argc != 3) fail("slist_to_miniseed", "write slist_to_miniseed IN.slist OUT.mseed");
  const std::string from = argv[1];
  const std::string to = argv[2];
  std::ifstream file;
  if (from != "-") file.open(from);
  std::istream& in = from == "-" ? std::cin : file;
  if (!in) fail(from, "cannot be read");
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  if (!out) fail(to, "cannot be written");

  std::size_t traces = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.rfind("TIMESERIES ", 0) != 0) fail(from, "is no SLIST: a heading TIMESERIES is missing");
    Trace trace = read_heading(line, from);
    read_samples(in, trace, from);
    write_trace(trace, out, from);
    ++traces;
  }
  if (traces == 0) fail(from, "holds no waveform");
  out.close();
  if (!out) fail(to, "cannot be written");
  return 0;
}
