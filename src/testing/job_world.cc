#include "testing/job_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

#include "base/assert.h"
#include "checkpoint/recovery.h"
#include "connectors/csv/csv_sink.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "schema/deserializer.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

const std::string kState = "state";
constexpr Milliseconds kInterval{1};

/// Lets the job read so much, and then no more until a checkpoint has been put in place: as often and at the same
/// batches in each run.
class Pace {
 public:
  Pace(const RunPlan& plan, SimClock& clock, const FaultyFileSystem& files, std::atomic<bool>& stop)
      : plan_(plan), clock_(clock), files_(files), stop_(stop) {}

  bool may_read() {
    const std::scoped_lock lock(mutex_);
    if (waited_for_ && checkpoints() < *waited_for_) return false;
    waited_for_.reset();
    ++polls_;
    if (polls_ == plan_.stop_after_polls) stop_.store(true);
    if (polls_ % plan_.polls_per_checkpoint == 0) {
      waited_for_ = checkpoints() + 1;
      clock_.advance(kInterval);
    }
    return true;
  }

 private:
  [[nodiscard]] std::int64_t checkpoints() const {
    const auto operations = files_.operations();
    return std::count(operations.begin(), operations.end(),
                      FaultyFileSystem::Operation{.name = "rename", .path = kState + "/checkpoint.tmp"});
  }

  const RunPlan& plan_;
  SimClock& clock_;
  const FaultyFileSystem& files_;
  std::atomic<bool>& stop_;
  std::mutex mutex_;
  std::uint64_t polls_ = 0;
  std::optional<std::int64_t> waited_for_;
};

class PacedReader final : public SplitReader {
 public:
  PacedReader(std::unique_ptr<SplitReader> reader, std::shared_ptr<Pace> pace)
      : reader_(std::move(reader)), pace_(std::move(pace)) {}

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override {
    if (pace_->may_read()) return reader_->poll(batch, max_records);
    batch.clear();
    std::this_thread::sleep_for(std::chrono::microseconds(100));  // leaves the machine to whom it waits for
    return PollStatus::kRecords;
  }
  [[nodiscard]] SplitPosition position() const override { return reader_->position(); }

 private:
  std::unique_ptr<SplitReader> reader_;
  std::shared_ptr<Pace> pace_;
};

class PacedSource final : public Source {
 public:
  PacedSource(std::unique_ptr<Source> source, std::shared_ptr<Pace> pace)
      : source_(std::move(source)), pace_(std::move(pace)) {}

  [[nodiscard]] SourceTraits traits() const override { return source_->traits(); }
  Result<std::vector<SplitId>> discover() override { return source_->discover(); }
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override {
    TEMBLOR_ASSIGN(auto reader, source_->open(split, position, job));
    return std::make_unique<PacedReader>(std::move(reader), pace_);
  }

 private:
  std::unique_ptr<Source> source_;
  std::shared_ptr<Pace> pace_;
};

std::string sorted_letters(std::string_view bytes) {
  std::vector<std::string> letters;
  while (!bytes.empty()) {
    const FrameLength frame = read_frame_length(bytes);
    if (frame.status != FrameLength::Status::kOk || frame.prefix + frame.length > bytes.size()) {
      letters.emplace_back("torn: " + std::string(bytes));
      break;
    }
    letters.emplace_back(bytes.substr(frame.prefix, frame.length));
    bytes.remove_prefix(frame.prefix + frame.length);
  }
  std::sort(letters.begin(), letters.end());
  return fmt::format("{}", fmt::join(letters, "\n"));
}

/// A reading that breaks a rule, or none.
TestReading spoilt(TestReading reading, std::uint64_t which) {
  switch (which) {
    case 0:
      reading.quality = 0;
      break;
    case 1:
      reading.amplitude = 11;
      break;
    case 2:
      reading.amplitude = std::numeric_limits<float>::quiet_NaN();
      break;
    case 3:
      reading.sensor.clear();
      break;
    case 4:
      reading.phase = "X";
      break;
    default:
      reading.phase.clear();
      break;
  }
  return reading;
}

}  // namespace

std::string message_of(const TestReading& reading) {
  Record record;
  record.sensor_id = reading.sensor;
  record.phase_type = reading.phase;
  record.collect_timestamp = reading.time_ms;
  record.longitude = 11.5;
  record.latitude = 48.1;
  record.seismic_amplitude = reading.amplitude;
  record.depth = 10;
  record.frequency = 100;
  record.data_quality = reading.quality;
  record.network_status = 1;
  std::string bytes;
  serialize(record, bytes);
  return bytes;
}

std::map<std::string, std::string> test_input(std::uint64_t seed, int splits, int readings) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const char* const phases[] = {"P", "S", "N"};
  std::map<std::string, std::string> input;
  for (int split = 0; split < splits; ++split) {
    std::string& file = input[fmt::format("{}.pb", split)];
    for (int i = 0; i < readings; ++i) {
      TestReading reading;
      reading.sensor = fmt::format("S{:03}", below(5));
      reading.time_ms = to_ms(kInputBegins) + 10'000 * i / readings + static_cast<std::int64_t>(below(800));
      if (below(30) == 0) reading.time_ms -= 4000;
      if (i == readings / 2) reading.time_ms = 19'880'640'000'000;  // the year 2600
      // Amplitudes that no order of additions in floats would sum up alike.
      reading.amplitude =
          std::ldexp(static_cast<float>(below(1U << 24U)) - 8388608.0F, -21 - static_cast<int>(below(60)));
      reading.phase = phases[below(3)];
      if (below(20) == 0) reading = spoilt(reading, below(6));
      append_delimited(below(40) == 0 ? std::string("\xFFno record") : message_of(reading), file);
    }
  }
  return input;
}

JobWorld::JobWorld(const std::map<std::string, std::string>& input) {
  TEMBLOR_ASSERT(files_.create_directories("in"));
  for (const auto& [name, bytes] : input) {
    paths_.push_back("in/" + name);
    TEMBLOR_ASSERT(replace_file(files_, paths_.back(), bytes));
  }
}

RunOutcome JobWorld::run(const RunPlan& plan) {
  SimClock clock(kInputBegins + std::chrono::hours(24));
  FaultyFileSystem files(files_);
  if (plan.fault_at != 0) files.inject(plan.fault_at, plan.fault, plan.error);
  const Environment environment{.clock = clock, .files = files, .hash_seed = plan.threads};
  std::atomic<bool> stop{false};
  auto pace = std::make_shared<Pace>(plan, clock, files, stop);

  Job job;
  for (const std::string& path : paths_) {
    auto source = std::make_unique<FileSource>(environment, path, false);
    job.sources.push_back({.uri = "file:" + path, .source = std::make_unique<PacedSource>(std::move(source), pace)});
  }
  job.sinks.push_back({.uri = "csv:out/csv", .sink = std::make_unique<CsvSink>(files, "out/csv")});
  job.sinks.push_back({.uri = "file:out/results.pb", .sink = std::make_unique<FileSink>(files, "out/results.pb")});
  job.late_sink = {.uri = "file:out/late.letters", .sink = std::make_unique<FileLetterSink>(files, "out/late.letters")};
  job.dead_letter_sink = {.uri = "file:out/dead.letters",
                          .sink = std::make_unique<FileLetterSink>(files, "out/dead.letters")};
  job.checkpoint_dir = kState;
  job.checkpoint_interval = kInterval;
  job.delivery = plan.delivery;
  job.threads = plan.threads;
  job.batch_records = plan.batch_records;
  auto summary = run_pipeline(std::move(job), environment, stop);
  return {.summary = std::move(summary), .operations = files.count()};
}

std::map<std::string, std::string> JobWorld::output() {
  std::map<std::string, std::string> found;
  const std::function<void(const std::string&)> walk = [&](const std::string& folder) {
    for (const std::string& name : files_.list(folder).value_or(std::vector<std::string>{})) {
      const std::string path = folder + "/" + name;
      if (auto bytes = read_file(files_, path, std::size_t{1} << 30)) {
        found[path] = path.ends_with(".letters") ? sorted_letters(*bytes) : std::move(*bytes);
      } else {
        walk(path);
      }
    }
  };
  walk("out");
  return found;
}

void JobWorld::damage_newest_checkpoint(std::uint64_t seed) {
  const auto ids = recovery_order(files_.list(kState).value_or(std::vector<std::string>{}));
  if (ids.size() < 2) return;
  const std::string path = kState + "/" + checkpoint_name(ids.front());
  std::string bytes = *read_file(files_, path, std::size_t{1} << 30);
  const std::size_t bit = seed % (8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  TEMBLOR_ASSERT(replace_file(files_, path, bytes));
}

}  // namespace temblor
