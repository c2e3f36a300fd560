// Any bytes as miniSEED files. Whatever they are: reading ends, readings and refusals together cover each channel's
// samples exactly and in order, and neither the sizes of reads and batches nor a restart in between changes them.
// Where the first byte is odd the rest are changes to well-formed records, so that what lies behind the headers'
// checks is reached too.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/clock.h"
#include "connectors/miniseed/miniseed_source.h"
#include "connectors/miniseed/test_records.h"
#include "testing/memory_file_system.h"

namespace temblor::miniseed {
namespace {

// All that the readings hold and all refusals, as numbers.
struct Outcome {
  std::vector<std::uint64_t> events;
  std::vector<SplitPosition> positions;  // after each poll
  std::vector<std::size_t> passed;       // events up to there
};

void note(const SourceBatch& batch, Offset& covered, std::vector<std::uint64_t>& events) {
  for (const Refusal& refusal : batch.refusals) {
    TEMBLOR_ASSERT(refusal.offset == covered && refusal.end_offset > refusal.offset);
    covered = refusal.end_offset;
    events.push_back(static_cast<std::uint64_t>(refusal.offset) << 8 | static_cast<std::uint64_t>(refusal.reason));
  }
  for (const Reading& reading : batch.readings) {
    TEMBLOR_ASSERT(reading.offset == covered++);
    events.push_back(std::bit_cast<std::uint32_t>(reading.record.seismic_amplitude));
    events.push_back(static_cast<std::uint64_t>(reading.record.collect_timestamp));
    events.push_back(static_cast<std::uint64_t>(reading.record.phase_type[0]));
  }
}

Outcome read(Source& source, const SplitId& split, const SplitPosition* from, std::size_t max_records) {
  Outcome outcome;
  auto reader = source.open(split, from, {});
  TEMBLOR_ASSERT(reader);
  SourceBatch batch;
  Offset covered = from != nullptr ? from->offset : 0;
  while (true) {
    const auto status = (*reader)->poll(batch, max_records);
    TEMBLOR_ASSERT(status && batch.readings.size() <= max_records);
    note(batch, covered, outcome.events);
    outcome.positions.push_back((*reader)->position());
    outcome.passed.push_back(outcome.events.size());
    TEMBLOR_ASSERT(outcome.positions.back().offset == covered);
    if (*status == PollStatus::kEnd) break;
    TEMBLOR_ASSERT(*status == PollStatus::kRecords && batch.readings.size() + batch.refusals.size() > 0);
  }
  TEMBLOR_ASSERT((*reader)->pending() == 0U);
  return outcome;
}

std::unique_ptr<Source> make(MemoryFileSystem& files, Clock& clock) {
  auto source = make_miniseed_source(*Uri::parse("miniseed:*?sta=20ms&lta=100ms"), {clock, files, 1});
  TEMBLOR_ASSERT(source);
  return std::move(*source);
}

void check(MemoryFileSystem& files, std::size_t max_records, std::size_t restart) {
  SystemClock clock;
  const auto source = make(files, clock);
  const auto splits = source->discover();
  if (!splits) return;  // no record in any file
  for (const SplitId& split : *splits) {
    const Outcome whole = read(*source, split, nullptr, 4096);
    files.limit_reads(100);
    const auto again = make(files, clock);
    const Outcome pieces = read(*again, split, nullptr, max_records);
    TEMBLOR_ASSERT(pieces.events == whole.events);
    const std::size_t cut = restart % pieces.positions.size();
    const Outcome rest = read(*again, split, &pieces.positions[cut], max_records);
    TEMBLOR_ASSERT(rest.events.size() == whole.events.size() - pieces.passed[cut]);
    TEMBLOR_ASSERT(std::equal(rest.events.rbegin(), rest.events.rend(), whole.events.rbegin()));
    files.limit_reads(SIZE_MAX);
  }
}

// Records of all encodings in both byte orders, two channels.
const std::string& well_formed() {
  static const std::string bytes = [] {
    std::string all;
    TestTrace trace;
    trace.start_us = kTestStart;
    trace.record_bytes = 256;
    trace.exact_rate = true;
    for (const int order : {0, 1}) {
      for (const int encoding : {DE_INT16, DE_INT32, DE_FLOAT32, DE_FLOAT64, DE_STEIM1, DE_STEIM2}) {
        trace.channel = order == 0 ? "SHZ" : "SHN";
        trace.byte_order = order;
        trace.encoding = encoding;
        trace.values = ramp(20);
        all += pack(trace);
        trace.start_us += 200'000;
      }
    }
    return all;
  }();
  return bytes;
}

}  // namespace
}  // namespace temblor::miniseed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace temblor::miniseed;
  if (size < 4) return 0;
  spdlog::set_level(spdlog::level::off);
  const std::string_view rest(reinterpret_cast<const char*>(data + 4), size - 4);
  std::string bytes(rest);
  if (data[0] % 2 == 1) {
    bytes = well_formed();
    for (std::size_t i = 0; i + 2 < rest.size(); i += 3) {
      const std::size_t at = static_cast<std::uint8_t>(rest[i]) * 256U + static_cast<std::uint8_t>(rest[i + 1]);
      bytes[at % bytes.size()] = rest[i + 2];
    }
  }
  temblor::MemoryFileSystem files;
  const std::size_t split = data[1] * bytes.size() / 256;
  files.put("a", bytes.substr(split));
  files.put("b", bytes.substr(0, split));
  check(files, 1 + data[2] % 32U, data[3]);
  return 0;
}
