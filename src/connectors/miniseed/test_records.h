#pragma once

#include <libmseed.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/assert.h"
#include "connectors/miniseed/library.h"

namespace temblor::miniseed {

/// A piece of waveform to be written as miniSEED, by libmseed itself.
struct TestTrace {
  std::string network = "BW";
  std::string station = "UH1";
  std::string location;
  std::string channel = "SHZ";
  std::int64_t start_us = 0;
  double rate = 100;
  std::vector<double> values;
  int encoding = DE_STEIM2;
  int record_bytes = 512;
  int byte_order = 1;
  bool microseconds = true;  ///< blockette 1001; without it start times are cut to 0.1 ms
  bool exact_rate = false;   ///< blockette 100
};

template <class T>
inline std::string pack_as(MSRecord* record, char type, const std::vector<double>& values) {
  std::vector<T> samples(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) samples[i] = static_cast<T>(values[i]);
  record->sampletype = type;
  record->datasamples = samples.data();
  std::string bytes;
  const auto append = [](char* from, int length, void* to) {
    static_cast<std::string*>(to)->append(from, static_cast<std::size_t>(length));
  };
  std::int64_t packed = 0;
  TEMBLOR_ASSERT(msr_pack(record, append, &bytes, &packed, 1, 0) > 0);
  TEMBLOR_ASSERT(packed == static_cast<std::int64_t>(values.size()));
  record->datasamples = nullptr;
  return bytes;
}

/// The records of a trace, one after another.
inline std::string pack(const TestTrace& trace) {
  Library::Use library = Library::use();  // packing shares its log
  MSRecord* record = msr_init(nullptr);
  const auto copy = [](char* to, const std::string& from) { std::memcpy(to, from.c_str(), from.size() + 1); };
  copy(record->network, trace.network);
  copy(record->station, trace.station);
  copy(record->location, trace.location);
  copy(record->channel, trace.channel);
  record->dataquality = 'D';
  record->starttime = trace.start_us;
  record->samprate = trace.rate;
  record->reclen = trace.record_bytes;
  record->encoding = static_cast<flag>(trace.encoding);
  record->byteorder = static_cast<flag>(trace.byte_order);
  record->numsamples = record->samplecnt = static_cast<std::int64_t>(trace.values.size());
  blkt_1000_s data_only{};  // libmseed fills it in
  msr_addblockette(record, reinterpret_cast<char*>(&data_only), sizeof data_only, 1000, 0);
  if (trace.exact_rate) {
    blkt_100_s rate{};
    rate.samprate = static_cast<float>(trace.rate);
    msr_addblockette(record, reinterpret_cast<char*>(&rate), sizeof rate, 100, 0);
  }
  if (trace.microseconds) {
    blkt_1001_s extension{};
    msr_addblockette(record, reinterpret_cast<char*>(&extension), sizeof extension, 1001, 0);
  }
  std::string bytes;
  switch (trace.encoding) {
    case DE_FLOAT32:
      bytes = pack_as<float>(record, 'f', trace.values);
      break;
    case DE_FLOAT64:
      bytes = pack_as<double>(record, 'd', trace.values);
      break;
    case DE_ASCII:
      bytes = pack_as<char>(record, 'a', trace.values);
      break;
    default:
      bytes = pack_as<std::int32_t>(record, 'i', trace.values);
  }
  msr_free(&record);
  return bytes;
}

/// 2010-05-27T16:24:00Z, µs.
inline constexpr std::int64_t kTestStart = 1274977440000000;

/// `count` samples that no two neighbours of are alike: 1, −2, 3, −4, … from `from` on.
inline std::vector<double> ramp(int count, int from = 1) {
  std::vector<double> values;
  for (int i = from; i < from + count; ++i) values.push_back(i % 2 == 0 ? -i : i);
  return values;
}

}  // namespace temblor::miniseed
