// The embedded run beside the jobs on Flink of bench/java: bench/flink starts all of them and compares. The same
// records, in as many splits as RocketMQ gives queues to a topic of its own accord; each has its share of the sensors.
//
//   flink_bench write SENSORS PER_WINDOW WINDOWS FOLDER    the messages as files FOLDER/0, FOLDER/1, …, each behind its
//                                                          length, four bytes, the lowest first
//   flink_bench run SENSORS PER_WINDOW WINDOWS             for each line of the standard input, a number of threads,
//   one
//                                                          run over the records in memory, told on a line of JSON
#include <fmt/format.h>

#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/heap.h"
#include "pipeline/pipeline.h"
#include "stream_source.h"

namespace temblor::bench {
namespace {

/// Sums up what tells whether results are right: temblor.bench.Checked sums up the same.
struct Sums {
  std::uint64_t rows = 0;
  std::uint64_t hashes = 0;  ///< of all but the averages
  std::uint64_t exact = 0;   ///< of all
  double averages = 0;

  void add(const ResultRow& row, Timestamp window_start) {
    std::uint32_t id = 0;  // String.hashCode
    for (const char byte : row.sensor_id) id = 31 * id + static_cast<unsigned char>(byte);
    std::uint64_t hash = signed_bits(static_cast<std::int32_t>(id));
    hash = mixed(hash, static_cast<std::uint64_t>(to_ms(window_start)));
    hash = mixed(hash, bits(row.max_amplitude));
    hash = mixed(hash, bits(row.min_amplitude));
    hash = mixed(hash, signed_bits(row.p_phase_count));
    hash = mixed(hash, signed_bits(row.s_phase_count));
    hash = mixed(hash, signed_bits(row.n_phase_count));
    ++rows;
    hashes += hash;
    exact += mixed(hash, bits(row.avg_amplitude));
    averages += static_cast<double>(row.avg_amplitude);
  }

 private:
  static std::uint64_t signed_bits(std::int32_t value) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
  static std::uint64_t bits(float value) { return signed_bits(std::bit_cast<std::int32_t>(value)); }
  static std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t product = (hash ^ value) * 0x9E3779B97F4A7C15U;
    return product ^ product >> 32U;
  }
};

class SummingSink final : public Sink {
 public:
  explicit SummingSink(Sums& sums) : sums_(sums) {}
  Result<void> open(const std::string* /*prepared*/) override { return {}; }
  Result<void> write(const WindowResults& results) override {
    for (const ResultRow& row : results.rows) sums_.add(row, results.window_start);
    return {};
  }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view /*prepared*/, std::span<const WindowResults> results) override {
    for (const WindowResults& each : results) static_cast<void>(write(each));
    return {};
  }

 private:
  Sums& sums_;
};

/// What a run takes for the second half of its records, from poll to poll: temblor.bench.SecondHalf measures the same.
class SecondHalf {
 public:
  explicit SecondHalf(std::size_t records) : records_(records) {}

  /// So many more are read. Any thread.
  void poll(std::size_t more) {
    const std::size_t before = polled_.fetch_add(more);
    if (before < records_ / 2 && before + more >= records_ / 2) half_ = Moment(before + more);
    if (more > 0 && before + more == records_) end_ = Moment(records_);
  }

  [[nodiscard]] std::string json() const {
    return fmt::format(R"("measured":{},"seconds":{:.3f},"cpu_seconds":{:.3f})", end_.polled - half_.polled,
                       std::chrono::duration<double>(end_.time - half_.time).count(),
                       static_cast<double>(end_.cpu - half_.cpu) / CLOCKS_PER_SEC);
  }

 private:
  struct Moment {
    Moment() = default;
    explicit Moment(std::size_t records) : polled(records), time(SystemClock().monotonic()), cpu(std::clock()) {}
    std::size_t polled = 0;
    std::chrono::nanoseconds time{};
    std::clock_t cpu = 0;  // of all threads
  };

  std::size_t records_;
  std::atomic<std::size_t> polled_{0};
  Moment half_;
  Moment end_;
};

std::vector<RecordStream> splits(std::uint32_t sensors, std::uint32_t per_window, std::uint32_t windows) {
  constexpr std::uint32_t kSplits = 4;  // defaultTopicQueueNums of RocketMQ's producers
  std::vector<RecordStream> streams;
  for (std::uint32_t split = 0; split < kSplits; ++split) {
    const std::uint32_t first = sensors * split / kSplits;
    streams.emplace_back(sensors * (split + 1) / kSplits - first, per_window, windows, 1 + first);
  }
  return streams;
}

void write(const std::vector<RecordStream>& streams, const std::string& folder) {
  for (std::size_t split = 0; split < streams.size(); ++split) {
    std::ofstream file(folder + "/" + std::to_string(split), std::ios::binary);
    for (std::size_t i = 0; i < streams[split].size(); ++i) {
      const std::string_view message = streams[split].message(i);
      for (unsigned shift = 0; shift < 32; shift += 8) file.put(static_cast<char>(message.size() >> shift & 0xFFU));
      file.write(message.data(), static_cast<std::streamsize>(message.size()));
    }
    if (!file.flush()) {
      std::fprintf(stderr, "flink_bench: %s cannot be written\n", folder.c_str());
      std::exit(1);
    }
  }
}

void run(const std::vector<RecordStream>& streams, std::uint32_t threads) {
  SystemClock clock;
  PosixFileSystem files;
  std::size_t records = 0;
  for (const RecordStream& stream : streams) records += stream.size();
  SecondHalf half(records);
  Sums sums;
  Job job;
  job.sources.push_back(
      {"stream:", std::make_unique<StreamSource>(streams, clock, false, [&](std::size_t more) { half.poll(more); })});
  job.sinks.push_back({"sums:", std::make_unique<SummingSink>(sums)});
  job.threads = threads;
  const std::atomic<bool> never{false};
  const auto summary = run_pipeline(std::move(job), Environment{clock, files, 42}, never);
  if (!summary || summary->life.records_accepted != records) {
    std::fprintf(stderr, "flink_bench: %s\n",
                 summary ? "not every record was accepted" : summary.error().to_line().c_str());
    std::exit(1);
  }
  fmt::print(R"({{"records":{},{},"rows":{},"hashes":"{:016x}","exact":"{:016x}","averages":{:.6f}}})"
             "\n",
             records, half.json(), sums.rows, sums.hashes, sums.exact, sums.averages);
  std::fflush(stdout);
}

}  // namespace
}  // namespace temblor::bench

int main(int argc, char** argv) {
  using namespace temblor::bench;
  temblor::keep_freed_memory();  // as the program does
  const std::string_view what = argc > 4 ? argv[1] : "";
  const auto number = [&](int i) { return static_cast<std::uint32_t>(std::atoi(argv[i])); };
  if (what == "write" && argc == 6) {
    write(splits(number(2), number(3), number(4)), argv[5]);
  } else if (what == "run" && argc == 5) {
    const auto streams = splits(number(2), number(3), number(4));
    for (std::string line; std::getline(std::cin, line);) run(streams, static_cast<std::uint32_t>(std::stoul(line)));
  } else {
    std::fprintf(stderr, "flink_bench write SENSORS PER_WINDOW WINDOWS FOLDER | run SENSORS PER_WINDOW WINDOWS\n");
    return 2;
  }
  return 0;
}
