// The whole pipeline over records in memory. Each figure is printed as a JSON line after the counts have been checked.
//
//   pipeline_bench threads       two splits, one thread against two, elapsed time
//   pipeline_bench checkpoints   10,000 sensors, a checkpoint every second against none, elapsed time
//   pipeline_bench latency [S]   500,000 records/s from 10,000 sensors for S (60) seconds of paced time
//   pipeline_bench age           1,000 windows of 10,000 sensors: memory and speed early and late
//   pipeline_bench state         1,000,000 sensors: bytes for each, checkpoint, restart
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "checkpoint/checkpoint_store.h"
#include "operators/window_operator.h"
#include "pipeline/pipeline.h"
#include "stream_source.h"

namespace temblor::bench {
namespace {

/// A folder that is gone afterwards.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("temblor_bench_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Notes when each result left, against when its window could close at the earliest.
class LatencySink final : public Sink {
 public:
  LatencySink(const Clock& clock, Milliseconds out_of_orderness, std::vector<double>& latencies_ms)
      : clock_(clock), out_of_orderness_(out_of_orderness), latencies_ms_(latencies_ms) {}
  Result<void> open(const std::string* /*prepared*/) override { return {}; }
  Result<void> write(const WindowResults& results) override {
    const auto since_first = results.window_end + out_of_orderness_ - timestamp_from_ms(RecordStream::kStartMs);
    const auto late = clock_.monotonic() - StreamSource::began - since_first;
    latencies_ms_.insert(latencies_ms_.end(), results.rows.size(),
                         std::chrono::duration<double, std::milli>(late).count());
    return {};
  }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view /*prepared*/, std::span<const WindowResults> results) override {
    for (const WindowResults& each : results) static_cast<void>(write(each));
    return {};
  }

 private:
  const Clock& clock_;
  Milliseconds out_of_orderness_;
  std::vector<double>& latencies_ms_;
};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

Job job_over(const std::vector<RecordStream>& streams, const Clock& clock, bool paced = false) {
  Job job;
  job.sources.push_back({"stream:", std::make_unique<StreamSource>(streams, clock, paced)});
  return job;
}

/// Runs the job and checks that every record was accepted, and every result came out.
Summary run(Job job, const std::vector<RecordStream>& streams, const std::function<void(const Progress&)>& watch = {}) {
  SystemClock clock;
  PosixFileSystem files;
  const std::atomic<bool> never{false};
  auto summary = run_pipeline(std::move(job), Environment{clock, files, 42}, never, watch);
  std::size_t records = 0;
  std::size_t results = 0;
  for (const RecordStream& stream : streams) {
    records += stream.size();
    results += stream.results();
  }
  const bool whole = summary && summary->life.records_accepted == records && summary->life.results_emitted == results;
  if (!whole) {
    std::fprintf(
        stderr, "pipeline_bench: %s\n",
        summary ? "not every record was accepted, or not every result came out" : summary.error().to_line().c_str());
    std::exit(1);
  }
  return *summary;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void threads() {
  SystemClock clock;
  std::vector<RecordStream> streams;
  for (std::uint32_t i = 0; i < 2; ++i) streams.emplace_back(1000, 10, 500, 1 + i * 1000);
  const auto seconds_of = [&clock](const std::vector<RecordStream>& of, std::uint32_t n) {
    Job job = job_over(of, clock);
    job.threads = n;
    return run(std::move(job), of).run_seconds;
  };
  const std::vector<RecordStream> halves[2] = {{streams[0]}, {streams[1]}};
  std::vector<double> ratios;
  std::vector<double> ceilings;
  for (int round = 0; round < 11; ++round) {
    const double one = seconds_of(streams, 1);
    ratios.push_back(one / seconds_of(streams, 2));
    // What the machine's own two processors give: two jobs that share nothing, at the same time, against the same two
    // one after the other.
    const double apart = seconds_of(halves[0], 1) + seconds_of(halves[1], 1);
    double together[2] = {};
    std::thread other([&] { together[1] = seconds_of(halves[1], 1); });
    together[0] = seconds_of(halves[0], 1);
    other.join();
    ceilings.push_back(apart / std::max(together[0], together[1]));
  }
  fmt::print(R"({{"bench":"threads","splits":2,"ratio":{:.2f},"required":1.7,"two_jobs_apart":{:.2f}}})"
             "\n",
             median(ratios), median(ceilings));
}

void checkpoints() {
  SystemClock clock;
  std::vector<RecordStream> streams;
  streams.emplace_back(10'000, 10, 600);
  std::vector<double> ratios;
  for (int round = 0; round < 5; ++round) {
    Job plain = job_over(streams, clock);
    const double without = run(std::move(plain), streams).run_seconds;
    const Folder folder;
    Job kept = job_over(streams, clock);
    kept.checkpoint_dir = folder.path();
    kept.checkpoint_interval = Milliseconds(1000);
    kept.delivery = DeliveryMode::kAtLeastOnce;
    ratios.push_back(run(std::move(kept), streams).run_seconds / without);
  }
  fmt::print(R"({{"bench":"checkpoints","sensors":10000,"interval_ms":1000,"cost":{:.3f},"required":0.05}})"
             "\n",
             median(ratios) - 1);
}

void latency(std::uint32_t seconds, DeliveryMode delivery) {
  SystemClock clock;
  StreamSource::began = {};
  std::vector<RecordStream> streams;
  streams.emplace_back(10'000, 50, seconds);
  std::vector<double> latencies_ms;
  const Folder folder;
  Job job = job_over(streams, clock, true);
  job.sinks.push_back({"latency:", std::make_unique<LatencySink>(clock, job.out_of_orderness, latencies_ms)});
  job.checkpoint_dir = folder.path();
  job.checkpoint_interval = Milliseconds(1000);
  job.delivery = delivery;
  run(std::move(job), streams);
  // The windows of the last two seconds were closed by the end of the input, not by a record.
  latencies_ms.resize(latencies_ms.size() - std::min<std::size_t>(latencies_ms.size(), 20'000));
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto at = [&](double share) {
    return latencies_ms[std::min(latencies_ms.size() - 1,
                                 static_cast<std::size_t>(share * static_cast<double>(latencies_ms.size())))];
  };
  const bool at_once = delivery == DeliveryMode::kAtLeastOnce;
  fmt::print(
      R"({{"bench":"latency","delivery":"{}","results":{},"p50_ms":{:.2f},"p99_ms":{:.2f},"p999_ms":{:.2f},"p9999_ms":{:.2f},"required_p999_ms":{}}})"
      "\n",
      at_once ? "at-least-once" : "exactly-once", latencies_ms.size(), at(0.5), at(0.99), at(0.999), at(0.9999),
      at_once ? "10" : "null");
}

void age() {
  SystemClock clock;
  std::vector<RecordStream> streams;
  streams.emplace_back(10'000, 10, 1000);
  struct Look {
    double seconds;
    std::uint64_t records;
    std::size_t resident;
  };
  std::vector<Look> looks;
  run(job_over(streams, clock), streams, [&](const Progress& p) {
    looks.push_back({p.seconds, p.run.records_read, resident_bytes()});
  });
  const auto& first = looks[looks.size() / 4];
  const auto& middle = looks[looks.size() / 2];
  const auto& last = looks.back();
  const auto speed = [](const Look& a, const Look& b) {
    return static_cast<double>(b.records - a.records) / (b.seconds - a.seconds);
  };
  // Twice the records, twice the time: in turns, and of each the quickest, as the runs are short.
  const std::vector<RecordStream> half = {RecordStream(10'000, 10, 500)};
  double of_half = std::numeric_limits<double>::infinity();
  double of_all = of_half;
  for (int round = 0; round < 5; ++round) {
    of_half = std::min(of_half, run(job_over(half, clock), half).run_seconds);
    of_all = std::min(of_all, run(job_over(streams, clock), streams).run_seconds);
  }
  fmt::print(
      R"({{"bench":"age","windows":1000,"sensors":10000,"late_to_early_speed":{:.2f},"grown_bytes":{},"time_to_twice_the_half":{:.2f}}})"
      "\n",
      speed(middle, last) / speed(first, middle),
      static_cast<long long>(last.resident) - static_cast<long long>(first.resident), of_all / of_half / 2);
}

void state() {
  constexpr std::size_t kSensors = 1'000'000;
  SystemClock clock;
  const Folder folder;

  // All in one window, as a window operator holds it.
  WindowOperator windows({});
  const std::size_t before = resident_bytes();
  {
    Combiner combiner;
    std::vector<RefusedPartial> refused;
    for (std::size_t i = 0; i < kSensors; ++i) {
      const std::string id = fmt::format("NE.ST{:05}..{:02}Z", i / 20, i % 20);
      const SensorKey sensor(id);
      const std::uint64_t hash = sensor.hash(42);
      if (!combiner.has_room_for(1)) {
        windows.merge(combiner.partials(), refused);
        combiner.clear();
      }
      combiner.add(Combiner::key(hash, Timestamp{}), hash, sensor, Timestamp{}, 1.5F, Phase::kNoise);
    }
    windows.merge(combiner.partials(), refused);
  }
  const double counted = static_cast<double>(windows.memory_bytes()) / static_cast<double>(kSensors);
  const double resident = static_cast<double>(resident_bytes() - before) / static_cast<double>(kSensors);

  // Through a checkpoint file and back.
  const auto fail = [](const Error& error) {
    std::fprintf(stderr, "pipeline_bench: %s\n", error.to_line().c_str());
    std::exit(1);
  };
  PosixFileSystem files;
  auto store = CheckpointStore::open(files, folder.path());
  if (!store) fail(store.error());
  const auto seconds_since = [&](std::chrono::nanoseconds then) {
    return std::chrono::duration<double>(clock.monotonic() - then).count();
  };
  Checkpoint checkpoint;
  checkpoint.facts.id = 1;
  auto began = clock.monotonic();
  checkpoint.windows = windows.freeze();
  const double freeze_seconds = seconds_since(began);
  began = clock.monotonic();
  if (auto done = (*store)->commit(checkpoint); !done) fail(done.error());
  const double write_seconds = seconds_since(began);
  WindowOperator back({});
  began = clock.monotonic();
  auto recovered = (*store)->recover([&]() -> WindowRestorer {
    return [&](Timestamp window_start, std::string_view id, const Aggregate& aggregate) {
      back.restore(window_start, id, 42, aggregate);
    };
  });
  const double restore_seconds = seconds_since(began);
  if (!recovered) fail(recovered.error());
  if (back.open_results() != kSensors) fail({Blame::kBug, "restored another number of sensors", "state", ""});
  fmt::print(
      R"({{"bench":"state","sensors":{},"bytes_per_sensor":{:.0f},"resident_bytes_per_sensor":{:.0f},"required_bytes":256,"freeze_ms":{:.2f},"write_s":{:.3f},"restore_s":{:.3f},"required_restore_s":1}})"
      "\n",
      kSensors, counted, resident, freeze_seconds * 1000, write_seconds, restore_seconds);
}

}  // namespace
}  // namespace temblor::bench

int main(int argc, char** argv) {
  using namespace temblor::bench;
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "threads") {
    threads();
  } else if (what == "checkpoints") {
    checkpoints();
  } else if (what == "latency") {
    const auto seconds = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 60);
    latency(seconds, temblor::DeliveryMode::kAtLeastOnce);
    latency(seconds, temblor::DeliveryMode::kExactlyOnce);
  } else if (what == "age") {
    age();
  } else if (what == "state") {
    state();
  } else {
    std::fprintf(stderr, "pipeline_bench threads | checkpoints | latency [SECONDS] | age | state\n");
    return 2;
  }
  return 0;
}
