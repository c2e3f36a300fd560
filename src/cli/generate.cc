#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/answer.h"
#include "cli/log.h"
#include "cli/number_text.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "cli/subcommand.h"
#include "cli/summary_path.h"
#include "cli/terminal.h"
#include "connectors/registry.h"
#include "generator/generator.h"
#include "settings/command_line.h"
#include "settings/log_level.h"

namespace temblor {
namespace {

/// Between two of these a flush is not worth its price; a paced reader of our output gets its records this late at
/// most.
constexpr std::chrono::nanoseconds kFlushInterval = Milliseconds(100);

/// The longest sleep of a paced run, so that a signal is heard soon.
constexpr std::chrono::nanoseconds kNap = Milliseconds(50);

/// Records between two looks at the clock and the signals.
constexpr std::uint64_t kStride = 4096;

struct GenerateArguments {
  std::optional<std::string> help;  ///< asked for; nothing else is to be done then
  GeneratorSettings settings;
  std::string to;
  std::string summary;
  spdlog::level::level_enum log_level = spdlog::level::info;
};

/// What a run came to.
struct Made {
  std::uint64_t records = 0;
  std::map<Rejection, std::uint64_t> anomalies;
  double seconds = 0;

  [[nodiscard]] std::uint64_t valid() const {
    std::uint64_t count = records;
    for (const auto& [reason, anomalous] : anomalies) count -= anomalous;
    return count;
  }
  [[nodiscard]] double per_second() const { return seconds > 0 ? static_cast<double>(records) / seconds : 0; }
};

std::string to_json(const Made& made, std::uint64_t seed) {
  nlohmann::ordered_json anomalies;
  for (const Rejection reason : kAnomalies) {
    const auto found = made.anomalies.find(reason);
    anomalies[std::string(to_string(reason))] = found == made.anomalies.end() ? 0 : found->second;
  }
  const nlohmann::ordered_json json = {{"records", made.records}, {"valid", made.valid()},
                                       {"anomalies", anomalies},  {"seed", seed},
                                       {"seconds", made.seconds}, {"records_per_second", made.per_second()}};
  return json.dump(2) + "\n";
}

std::string footer() {
  std::string text = "Where to (--to):\n";
  for (const Connector& connector : connectors()) {
    if (!connector.target) continue;
    // The help of a connector is what to write, two spaces, what it does.
    const std::size_t gap = std::min(connector.help.find("  "), connector.help.size());
    const std::string_view words = connector.help.substr(std::min(gap + 2, connector.help.size()));
    text += fmt::format("  {}\n      {}\n", connector.help.substr(0, gap), words);
  }
  text +=
      "\nT is a time: 2010-05-27T16:24:33.210Z, or milliseconds since 1970.\n"
      "Without --rate the records are sent at once; their timestamps are spaced as if each sensor gave 100 readings\n"
      "a second, and the last one's is now. With --rate N/s they are sent in real time and a record's timestamp is\n"
      "the moment when it is due, the first one's now. --start-time sets the first one's in both cases.\n"
      "The same seed and --start-time give the same bytes, everywhere.\n\n"
      "Examples:\n"
      "  temblor generate --to file:readings.pb\n"
      "  temblor generate --records unlimited --rate 1000/s --to - | temblor process --from -\n";
  return text;
}

Result<GenerateArguments> parse_generate_arguments(const std::vector<std::string>& arguments) {
  GenerateArguments result;
  CLI::App app("Makes synthetic readings, some of them anomalous, the same for the same seed.", "temblor generate");
  struct Given {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Given> given;
  given.reserve(GeneratorSettings::kNames.size() + 3);
  const auto add = [&](std::string_view name, const char* form, const char* help) {
    Given& one = given.emplace_back(Given{"--" + std::string(name), {}});
    app.add_option(one.name, one.values, help)
        ->type_name(form)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add("records", "N", "how many readings, or unlimited [3000]");
  add("sensors", "N", "how many sensors take turns: S001, S002, … [10]");
  add("anomaly-rate", "SHARE", "how many of the readings break a cleaning rule, 0 to 1 [0.05]");
  add("seed", "N", "another number gives other readings [1]");
  add("rate", "N/s", "send so many a second, in real time [at once]");
  add("start-time", "T", "the timestamp of the first reading");
  add("to", "URI", "where to send them; needed");
  add("summary", "FILE", "write how many of each kind were made as JSON");
  add("log-level", "L", "trace, debug, info, warn, error, off [info]");
  app.footer(footer());
  TEMBLOR_ASSIGN(result.help, parse_arguments(app, arguments));
  if (result.help) return result;

  for (const auto& [name, values] : given) {
    if (values.empty()) continue;
    if (values.size() > 1) return user_error(name, "is given twice", "give it once");
    if (name == "--to") {
      result.to = values[0];
    } else if (name == "--summary") {
      if (values[0].empty()) return user_error(name, "is empty", "give the path of a file");
      result.summary = values[0];
    } else if (name == "--log-level") {
      auto level = parse_log_level(values[0]);
      if (!level) return tl::unexpected(at_place(name, std::move(level).error()));
      result.log_level = *level;
    } else {
      TEMBLOR_TRY(result.settings.set(std::string_view(name).substr(2), values[0], name));
    }
  }
  if (result.to.empty()) {
    if (arguments.empty()) {
      TEMBLOR_ASSIGN(const auto help, parse_arguments(app, {"--help"}));
      write_to_stderr(help.value_or("") + "\n");
    }
    return user_error("--to", "is missing", "say where to send the records, such as --to file:readings.pb");
  }
  return result;
}

/// Sends the records, as they fall due where there is a rate, until all are sent or a signal comes.
Result<Made> send_records(const GeneratorSettings& settings, const Schedule& schedule, Target& target, Clock& clock) {
  const std::atomic<bool>& stop = stop_on_signal();
  const Generator generator(settings, schedule);
  const std::uint64_t end = settings.records.value_or(~std::uint64_t{0});
  ProgressLine line(clock, "records");
  Made made;
  std::string message;
  const auto began = clock.monotonic();
  auto flushed = began;
  bool unflushed = false;
  while (made.records < end && !stop) {
    const auto since = clock.monotonic() - began;
    std::uint64_t until = end;
    if (settings.rate) until = std::min(until, schedule.due(std::chrono::floor<Milliseconds>(since)));
    if (until > made.records) {
      until = made.records + std::min(until - made.records, kStride);
      for (; made.records < until; ++made.records) {
        message.clear();
        const auto anomaly = generator.append(made.records, message);
        if (anomaly) ++made.anomalies[*anomaly];
        TEMBLOR_TRY(target.send(message));
      }
      unflushed = true;
    } else {
      clock.sleep_for(std::min<std::chrono::nanoseconds>(schedule.elapsed(made.records) - since, kNap));
    }
    if (settings.rate && unflushed && clock.monotonic() - flushed >= kFlushInterval) {
      TEMBLOR_TRY(target.flush());
      flushed = clock.monotonic();
      unflushed = false;
    }
    line.show(made.records, settings.records);
  }
  TEMBLOR_TRY(target.flush());
  made.seconds = std::chrono::duration<double>(clock.monotonic() - began).count();
  return made;
}

Result<int> generate(const std::vector<std::string>& arguments, const Environment& environment) {
  TEMBLOR_ASSIGN(const GenerateArguments asked, parse_generate_arguments(arguments));
  if (asked.help) return print(environment, *asked.help);
  TEMBLOR_ASSIGN(
      const Schedule schedule,
      asked.settings.schedule(environment.clock.now(), asked.settings.start_time ? "--start-time" : "--records"));
  TEMBLOR_TRY(check_summary_path(asked.summary, "--summary", environment.files));
  if (asked.to == "-" && stdout_is_terminal()) {
    return user_error("--to -", "standard output is a terminal, and these are no readable bytes",
                      "send them to a file or through a pipe");
  }
  TEMBLOR_ASSIGN(const std::unique_ptr<Target> target, make_target(asked.to, environment));
  set_up_log(asked.log_level);

  TEMBLOR_ASSIGN(const Made made, send_records(asked.settings, schedule, *target, environment.clock));
  if (!asked.summary.empty()) {
    TEMBLOR_TRY(replace_file(environment.files, asked.summary, to_json(made, asked.settings.seed)));
  }
  if (stderr_is_terminal()) {
    write_to_stderr(fmt::format("{} records in {:.1f} s ({} records/s): {} valid, {} anomalous\n",
                                grouped(made.records), made.seconds, rounded(made.per_second()), grouped(made.valid()),
                                grouped(made.records - made.valid())));
  }
  return 0;
}

const RegisterSubcommand kGenerate{
    {.name = "generate",
     .summary = "make synthetic readings, some of them anomalous",
     .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
       const auto code = generate(arguments, environment);
       return code ? *code : report(code.error());
     }}};

}  // namespace
}  // namespace temblor
