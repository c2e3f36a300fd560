// From bytes in memory to closed windows, one thread: this project's decoder against the generated protobuf classes
// in front of the same operators, in turns, in one run. Results must be the same, bit for bit, before any figure is
// printed. Figures are JSON lines on standard output.
//
//   core_bench                                   the comparison at 100, 10,000 and 1,000,000 sensors
//   core_bench once SENSORS PER_WINDOW WINDOWS   a single pass, for counting instructions (see bench/run) or a profile
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/hash.h"
#include "base/heap.h"
#include "pipeline/operator_chain.h"
#include "proto/seismic_data.pb.h"
#include "record_stream.h"

namespace temblor::bench {
namespace {

using com::example::seismic::SeismicRecord;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// The operators of one split, as a worker drives them.
class Path {
 public:
  Path() : windows_({}), chain_({}, "bench", windows_, kBeforeAll) {}

  void take(const SourceBatch& batch) {
    chain_.process(batch, {}, counts_, letters_);
    if (chain_.boundary() == passed_) return;
    passed_ = chain_.boundary();
    chain_.flush(counts_, letters_);
    take(windows_.advance(passed_));
  }

  void end() {
    chain_.flush(counts_, letters_);
    take(windows_.advance(kAfterAll));
  }

  /// Of all results, in their order.
  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }
  [[nodiscard]] std::uint64_t results() const { return results_; }
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  void take(const std::vector<WindowResults>& closed) {
    for (const WindowResults& window : closed) {
      for (const ResultRow& row : window.rows) {
        checksum_ = hash_bytes(row.sensor_id, checksum_);
        const std::array<float, 3> values = {row.avg_amplitude, row.max_amplitude, row.min_amplitude};
        const std::array<std::int32_t, 3> phases = {row.p_phase_count, row.s_phase_count, row.n_phase_count};
        char bytes[24];
        std::memcpy(bytes, values.data(), 12);
        std::memcpy(bytes + 12, phases.data(), 12);
        checksum_ = hash_bytes({bytes, sizeof(bytes)}, checksum_);
      }
      results_ += window.rows.size();
    }
  }

  WindowOperator windows_;
  OperatorChain chain_;
  Counts counts_;
  Letters letters_;
  Timestamp passed_ = kBeforeAll;
  std::uint64_t checksum_ = 0;
  std::uint64_t results_ = 0;
};

constexpr Timestamp kReference = timestamp_from_ms(4'000'000'000'000);

void run_own(const RecordStream& stream, Path& path) {
  SourceBatch batch;
  batch.reference = kReference;
  for (std::size_t begin = 0; begin < stream.size(); begin += limits::kBatchRecords) {
    batch.clear();
    const std::size_t end = std::min(stream.size(), begin + limits::kBatchRecords);
    for (std::size_t i = begin; i < end; ++i) {
      batch.messages.push_back({.offset = static_cast<Offset>(i), .bytes = stream.message(i)});
    }
    path.take(batch);
  }
  path.end();
}

/// The generated class, its objects used again and again, in groups small enough to stay in the first-level cache.
void run_generated(const RecordStream& stream, Path& path) {
  constexpr std::size_t kGroup = 32;
  std::array<SeismicRecord, kGroup> messages;
  SourceBatch batch;
  batch.reference = kReference;
  for (std::size_t begin = 0; begin < stream.size(); begin += kGroup) {
    batch.clear();
    const std::size_t end = std::min(stream.size(), begin + kGroup);
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view bytes = stream.message(i);
      SeismicRecord& message = messages[i - begin];
      if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
      batch.readings.push_back({.offset = static_cast<Offset>(i),
                                .record = {.sensor_id = message.sensor_id(),
                                           .phase_type = message.phase_type(),
                                           .collect_timestamp = message.collect_timestamp(),
                                           .longitude = message.longitude(),
                                           .latitude = message.latitude(),
                                           .seismic_amplitude = message.seismic_amplitude(),
                                           .depth = message.depth(),
                                           .frequency = message.frequency(),
                                           .data_quality = message.data_quality(),
                                           .network_status = message.network_status()}});
    }
    path.take(batch);
  }
  path.end();
}

struct Measured {
  double seconds;
  std::uint64_t checksum;
};

Measured measure(void (*run)(const RecordStream&, Path&), const RecordStream& stream) {
  Path path;
  const double began = cpu_seconds();
  run(stream, path);
  const double seconds = cpu_seconds() - began;
  if (path.counts().records_accepted != stream.size()) {
    std::fprintf(stderr, "core_bench: %zu records in, %llu accepted\n", stream.size(),
                 static_cast<unsigned long long>(path.counts().records_accepted));
    std::exit(1);
  }
  return {seconds, path.checksum()};
}

void compare(std::uint32_t sensors, std::uint32_t per_window, std::uint32_t windows, double required) {
  const RecordStream stream(sensors, per_window, windows);
  constexpr int kRounds = 5;
  std::vector<double> own;
  std::vector<double> generated;
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const Measured a = measure(run_own, stream);
    const Measured b = measure(run_generated, stream);
    if (a.checksum != b.checksum) {
      std::fprintf(stderr, "core_bench: results differ at %u sensors\n", sensors);
      std::exit(1);
    }
    own.push_back(a.seconds);
    generated.push_back(b.seconds);
    ratios.push_back(b.seconds / a.seconds);
  }
  const auto median = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  const auto records = static_cast<double>(stream.size());
  fmt::print(
      R"({{"bench":"core","sensors":{},"records":{},"own_records_per_s":{:.0f},"generated_records_per_s":{:.0f},"ratio":{:.2f},"required":{}}})"
      "\n",
      sensors, stream.size(), records / median(own), records / median(generated), median(ratios), required);
  std::fflush(stdout);
}

}  // namespace
}  // namespace temblor::bench

int main(int argc, char** argv) {
  using namespace temblor::bench;
  temblor::keep_freed_memory();  // as the program does
  if (argc == 5 && std::string_view(argv[1]) == "once") {
    const auto number = [&](int i) { return static_cast<std::uint32_t>(std::atoi(argv[i])); };
    const RecordStream stream(number(2), number(3), number(4));
    Path path;
    const double began = cpu_seconds();
    run_own(stream, path);
    fmt::print("{} records, {} results, {:.2f} s\n", stream.size(), path.results(), cpu_seconds() - began);
    return 0;
  }
  compare(100, 100, 300, 3.0);
  compare(10'000, 10, 30, 2.8);
  compare(1'000'000, 10, 4, 2.2);
  return 0;
}
