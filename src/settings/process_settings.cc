#include "settings/process_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <thread>

#include "base/durations.h"
#include "settings/command_line.h"
#include "settings/log_level.h"

namespace temblor {
namespace {

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", text); }

Result<Milliseconds> duration(const std::string& text, Milliseconds least, Milliseconds most = kLongestDuration) {
  TEMBLOR_ASSIGN(const Milliseconds value, parse_duration(text));
  if (value >= least && value <= most) return value;
  return user_error(in_quotes(text), value < least ? "is too short" : "is too long",
                    fmt::format("write {} to {}, such as 2s", to_string(least), to_string(most)));
}

Result<std::uint64_t> number(const std::string& text, std::uint64_t least, std::uint64_t most, std::uint64_t example) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const bool too_long = read.ec == std::errc::result_out_of_range && read.ptr == end;
  const bool whole = too_long || (read.ec == std::errc{} && read.ptr == end);
  if (whole && !too_long && value >= least && value <= most) return value;
  return user_error(in_quotes(text), whole ? "is out of range" : "is no whole number",
                    fmt::format("write {} to {}, such as {}", least, most, example));
}

std::optional<float> finite_float(std::string_view text) {
  float value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc{} && read.ptr == end && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Result<AmplitudeRange> amplitude_range(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto min = finite_float(std::string_view(text).substr(0, colon));
  const auto max = finite_float(std::string_view(text).substr(std::min(colon + 1, text.size())));
  if (!min || !max) return user_error(in_quotes(text), "is no range", "write MIN:MAX, such as -10:10");
  if (*min > *max) return user_error(in_quotes(text), "holds nothing", "write the smaller bound first");
  return AmplitudeRange{*min, *max};
}

Result<std::string> not_empty(const std::string& text) {
  if (text.empty()) return user_error(in_quotes(text), "is empty", "leave the setting out where there is none");
  return text;
}

/// Picks the value that goes with a word.
template <class T, std::size_t kSize>
Result<T> choice(const std::string& text, const std::array<std::pair<std::string_view, T>, kSize>& choices) {
  std::string known;
  for (const auto& [word, value] : choices) {
    if (word == text) return value;
    known.append(known.empty() ? "" : ", ").append(word);
  }
  return user_error(in_quotes(text), "is not known", "one of " + known);
}

constexpr std::array kTimes = {std::pair<std::string_view, TimeMode>{"processing", TimeMode::kProcessing},
                               std::pair<std::string_view, TimeMode>{"event", TimeMode::kEvent}};
constexpr std::array kDeliveries = {
    std::pair<std::string_view, DeliveryMode>{"exactly-once", DeliveryMode::kExactlyOnce},
    std::pair<std::string_view, DeliveryMode>{"at-least-once", DeliveryMode::kAtLeastOnce}};
constexpr std::uint64_t kMostRecords = std::numeric_limits<std::int64_t>::max();  // what a TOML integer can say
constexpr std::uint64_t kMostSensors = 100'000'000;

using Type = Setting::Type;

/// The body of a `set`: reads `expression` (a Result that sees `text`) into `member` of the settings.
#define TEMBLOR_SETTING(member, expression)                                \
  [](ProcessSettings& settings, const std::string& text) -> Result<void> { \
    TEMBLOR_ASSIGN(settings.member, expression);                           \
    return {};                                                             \
  }
#define TEMBLOR_LIST_SETTING(member)                                       \
  [](ProcessSettings& settings, const std::string& text) -> Result<void> { \
    TEMBLOR_ASSIGN(settings.member.emplace_back(), not_empty(text));       \
    return {};                                                             \
  }

constexpr std::string_view kData = "What comes in and goes out";
constexpr std::string_view kTime = "Time and windows";
constexpr std::string_view kState = "Checkpoints";
constexpr std::string_view kRun = "The run";

constexpr std::array kSettings = {
    Setting{"from", Type::kList, "URI", kData, "a source; may be given several times", "", TEMBLOR_LIST_SETTING(from)},
    Setting{"sink", Type::kList, "URI", kData, "where results go; may be given several times", "console",
            TEMBLOR_LIST_SETTING(sink)},
    Setting{"late-sink", Type::kText, "URI", kData, "where readings go whose window has fired", "",
            TEMBLOR_SETTING(late_sink, not_empty(text))},
    Setting{"dead-letter", Type::kText, "URI", kData, "where dropped readings and broken bytes go", "",
            TEMBLOR_SETTING(dead_letter, not_empty(text))},
    Setting{"amplitude-range", Type::kText, "MIN:MAX", kData,
            "plausible amplitudes, bounds included; by default the source's own", "",
            TEMBLOR_SETTING(job.amplitude_range, amplitude_range(text))},
    Setting{"max-records", Type::kNumber, "N", kData,
            "end after so many readings, over the job's whole life; of several splits whichever come first", "",
            TEMBLOR_SETTING(job.max_records, number(text, 1, kMostRecords, 1000))},

    Setting{"time", Type::kText, "T", kTime, "processing or event; by default the source's own", "",
            TEMBLOR_SETTING(time, choice(text, kTimes))},
    Setting{"window", Type::kText, "D", kTime, "the length of a window, at most 1d", "1s",
            TEMBLOR_SETTING(job.window, duration(text, Milliseconds(1), kLongestWindow))},
    Setting{"out-of-orderness", Type::kText, "D", kTime, "how far behind the newest a reading may come", "1s",
            TEMBLOR_SETTING(job.out_of_orderness, duration(text, Milliseconds(0)))},
    Setting{"idle-timeout", Type::kText, "D", kTime, "after this an empty endless source holds nobody up; 0s: never",
            "5s", TEMBLOR_SETTING(job.idle_timeout, duration(text, Milliseconds(0)))},
    Setting{"max-ahead", Type::kText, "D", kTime, "readings from further in the future are dropped", "1m",
            TEMBLOR_SETTING(job.max_ahead, duration(text, Milliseconds(0)))},
    Setting{"max-drift", Type::kText, "D", kTime, "splits further ahead of the slowest pause", "10s",
            TEMBLOR_SETTING(job.max_drift, duration(text, Milliseconds(1)))},

    Setting{"checkpoint-dir", Type::kText, "DIR", kState, "keep the state here, and go on from it; else no checkpoints",
            "", TEMBLOR_SETTING(job.checkpoint_dir, not_empty(text)),
            "set execution.checkpointing.interval and state.checkpoints.dir of Flink, and go on with flink run -s"},
    Setting{"checkpoint-interval", Type::kText, "D", kState, "from one checkpoint to the next", "10s",
            TEMBLOR_SETTING(job.checkpoint_interval, duration(text, Milliseconds(1))),
            "set execution.checkpointing.interval of Flink"},
    Setting{"delivery", Type::kText, "MODE", kState,
            "exactly-once: results leave with a checkpoint; at-least-once: at once", "exactly-once",
            TEMBLOR_SETTING(job.delivery, choice(text, kDeliveries))},

    Setting{"threads", Type::kNumber, "N", kRun, "1 to 256; by default one for each CPU", "",
            TEMBLOR_SETTING(job.threads, number(text, 1, limits::kThreads, 4).map([](std::uint64_t n) {
              return static_cast<std::uint32_t>(n);
            })),
            "parallelism takes its place: flink run -p N, or temblor flink submit --parallelism N"},
    Setting{"max-sensors", Type::kNumber, "N", kRun, "in one window; readings of more are dropped", "2000000",
            TEMBLOR_SETTING(job.max_sensors, number(text, 1, kMostSensors, 50'000)),
            "its windows lie in Flink's state, which need not fit into memory; leave it out"},
    Setting{"summary", Type::kText, "FILE", kRun, "write what the run came to as JSON", "",
            TEMBLOR_SETTING(summary, not_empty(text)), "the job's metrics count the same; leave it out"},
    Setting{"log-level", Type::kText, "L", kRun, "trace, debug (each record), info, warn, error, off", "info",
            TEMBLOR_SETTING(log_level, parse_log_level(text)),
            "set the level of the logger org.temblor in Flink's log4j.properties"},
};

#undef TEMBLOR_SETTING
#undef TEMBLOR_LIST_SETTING

}  // namespace

std::span<const Setting> process_settings() { return kSettings; }

const Setting* find_process_setting(std::string_view name) {
  const auto found = std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& s) { return s.name == name; });
  return found == kSettings.end() ? nullptr : found;
}

WrittenSettings default_settings(Host host) {
  WrittenSettings written;
  for (const Setting& setting : kSettings) {
    if (setting.initial.empty() || !known_to(host, setting)) continue;
    written[std::string(setting.name)] = {{std::string(setting.initial)}, "default", "--" + std::string(setting.name)};
  }
  if (host == Host::kFlink) {
    // Splits are aligned some times a second there, which is as often as they may go on by so much.
    written.erase("max-drift");
    return written;
  }
  const std::uint32_t cpus = std::clamp(std::thread::hardware_concurrency(), 1U, limits::kThreads);
  written["threads"] = {{std::to_string(cpus)}, "default: the number of CPUs", "--threads"};
  return written;
}

Result<void> check_host(const WrittenSettings& written, Host host) {
  for (const Setting& setting : kSettings) {
    const auto found = written.find(setting.name);
    if (found == written.end() || known_to(host, setting)) continue;
    return user_error(found->second.place, "is no setting of a job on Flink", std::string(setting.on_flink));
  }
  return {};
}

Result<void> check_setting(const Setting& setting, const Written& written) {
  ProcessSettings scratch;
  for (const std::string& value : written.values) {
    if (auto set = setting.set(scratch, value); !set) return tl::unexpected(at_place(written.place, set.error()));
  }
  return {};
}

Result<ProcessSettings> read_settings(const WrittenSettings& written) {
  ProcessSettings settings;
  for (const Setting& setting : kSettings) {
    const auto found = written.find(setting.name);
    if (found == written.end()) continue;
    for (const std::string& value : found->second.values) {
      if (auto set = setting.set(settings, value); !set) {
        return tl::unexpected(at_place(found->second.place, set.error()));
      }
    }
  }
  return settings;
}

}  // namespace temblor
