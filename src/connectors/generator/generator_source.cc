#include "connectors/generator/generator_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "connectors/registry.h"
#include "generator/generator.h"

namespace temblor {
namespace {

using std::chrono::floor;

/// How long a poll waits for a record to fall due, at most. Records fall due by the millisecond.
constexpr std::chrono::nanoseconds kWait = Milliseconds(2);

class GeneratorReader final : public SplitReader {
 public:
  /// `paced` from `started` on, where it is given. `end` is the number of records there are.
  GeneratorReader(const Generator& generator, std::uint64_t next, std::optional<std::uint64_t> end,
                  std::optional<Timestamp> started, Clock& clock)
      : generator_(generator), next_(next), end_(end), paced_(started.has_value()), clock_(clock) {
    // A little more than a batch holds, so that views into it stay valid while it grows.
    bytes_.reserve(limits::kBatchBytes + Generator::kLongestMessage);
    if (!started) return;
    // From here on the clock that never jumps counts. The next record is due now where the wall clock says that it is
    // still to come: it was put back, or it waits for the first millisecond of a job that begins.
    const Milliseconds since = std::max(clock.now() - *started, generator.schedule().elapsed(next));
    origin_ = clock.monotonic() - since;
  }

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override {
    batch.clear();
    std::uint64_t until = end_.value_or(kNoEnd);
    if (paced_) until = std::min(until, due());
    until = next_ + std::min<std::uint64_t>(max_records, until > next_ ? until - next_ : 0);

    bytes_.clear();
    for (; next_ < until && bytes_.size() < limits::kBatchBytes; ++next_) {
      const std::size_t begin = bytes_.size();
      generator_.append(next_, bytes_);
      batch.messages.push_back(
          {.offset = static_cast<Offset>(next_), .bytes = {bytes_.data() + begin, bytes_.size() - begin}});
    }
    TEMBLOR_ASSERT(bytes_.size() <= limits::kBatchBytes + Generator::kLongestMessage);

    batch.reference = generator_.schedule().time_of(next_ > 0 ? next_ - 1 : 0);
    if (next_ == end_) return PollStatus::kEnd;
    return batch.messages.empty() ? PollStatus::kNothingYet : PollStatus::kRecords;
  }

  [[nodiscard]] SplitPosition position() const override { return {.offset = static_cast<Offset>(next_), .state = {}}; }

  [[nodiscard]] std::optional<std::uint64_t> pending() const override {
    if (!end_) return std::nullopt;
    return *end_ - next_;
  }

 private:
  static constexpr auto kNoEnd = static_cast<std::uint64_t>(std::numeric_limits<Offset>::max());

  /// How many records are due; waits a little where none is.
  std::uint64_t due() {
    const Schedule& schedule = generator_.schedule();
    const auto since = clock_.monotonic() - origin_;
    const std::uint64_t now = schedule.due(floor<Milliseconds>(since));
    if (now > next_) return now;
    clock_.sleep_for(std::min<std::chrono::nanoseconds>(schedule.elapsed(next_) - since, kWait));
    return schedule.due(floor<Milliseconds>(clock_.monotonic() - origin_));
  }

  Generator generator_;
  std::uint64_t next_;
  std::optional<std::uint64_t> end_;
  bool paced_;
  std::chrono::nanoseconds origin_{};  ///< the monotonic clock when record 0 was due; of paced readers
  Clock& clock_;
  std::string bytes_;
};

const RegisterConnector kGenerator{{
    .scheme = "generator",
    .help = "generator:?records=3000&sensors=10&anomaly-rate=0.05&seed=1&rate=N/s&start-time=T  synthetic readings; "
            "records=unlimited has no end",
    .source = [](const Uri& uri, const Environment& environment) -> Result<std::unique_ptr<Source>> {
      return GeneratorSource::make(uri, environment);
    },
    .sink = {},
    .letter_sink = {},
    .target = {},
}};

}  // namespace

Result<std::unique_ptr<GeneratorSource>> GeneratorSource::make(const Uri& uri, const Environment& environment) {
  if (!uri.path.empty()) {
    return user_error(uri.text, fmt::format("'generator:' takes no path, and '{}' is one", uri.path),
                      "write settings behind '?', such as generator:?records=3000");
  }
  const auto& names = GeneratorSettings::kNames;
  TEMBLOR_TRY(uri.allow_only({names[0], names[1], names[2], names[3], names[4], names[5]}));
  GeneratorSettings settings;
  for (const auto& [name, value] : uri.query) TEMBLOR_TRY(settings.set(name, value, uri.text + ": " + name));
  TEMBLOR_TRY(settings.schedule(environment.clock.now(), uri.text));
  return std::unique_ptr<GeneratorSource>(new GeneratorSource(uri.text, settings, environment.clock));
}

SourceTraits GeneratorSource::traits() const {
  return {.time_mode = TimeMode::kProcessing,
          .amplitude_range = kRecordAmplitudes,
          .bounded = settings_.records.has_value(),
          .rewindable = true};
}

Result<std::vector<SplitId>> GeneratorSource::discover() { return std::vector<SplitId>{SplitId(kSplit)}; }

Result<std::unique_ptr<SplitReader>> GeneratorSource::open(const SplitId& split, const SplitPosition* position,
                                                           const JobTimes& job) {
  if (split != kSplit) return user_error(split, "is no split of " + uri_);
  const Offset next = position == nullptr ? 0 : position->offset;
  if (next < 0 || (settings_.records && std::cmp_greater(next, *settings_.records))) {
    return user_error(uri_, fmt::format("cannot go on at record {}", next), "use the settings that the job began with");
  }
  TEMBLOR_ASSIGN(const Schedule schedule, settings_.schedule(job.start, uri_));
  const std::optional<Timestamp> started = settings_.rate ? std::optional(job.start) : std::nullopt;
  return std::make_unique<GeneratorReader>(Generator(settings_, schedule), static_cast<std::uint64_t>(next),
                                           settings_.records, started, clock_);
}

}  // namespace temblor
