#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "cli/answer.h"
#include "cli/log.h"
#include "cli/number_text.h"
#include "cli/process_job.h"
#include "cli/progress.h"
#include "cli/run_summary.h"
#include "cli/stop_signal.h"
#include "cli/subcommand.h"
#include "cli/terminal.h"
#include "connectors/registry.h"
#include "pipeline/pipeline.h"
#include "settings/print_config.h"
#include "settings/process_arguments.h"

namespace temblor {
namespace {

std::string footer() {
  std::string text = "Sources (--from) and sinks (--sink, --late-sink, --dead-letter):\n";
  for (const Connector& connector : connectors()) {
    if (!connector.source && !connector.sink && !connector.letter_sink) continue;
    // The help of a connector is what to write, two spaces, what it does.
    const std::size_t gap = std::min(connector.help.find("  "), connector.help.size());
    const std::string_view words = connector.help.substr(std::min(gap + 2, connector.help.size()));
    text += fmt::format("  {}\n      {}\n", connector.help.substr(0, gap), words);
  }
  text +=
      "\nD is a duration: 250ms, 1s, 2m, 1h. Settings can also stand in a TOML file (--config), named as here\n"
      "without the dashes; the command line wins. SIGINT (Ctrl-C) and SIGTERM end with a last checkpoint.\n\n"
      "Examples:\n"
      "  temblor process --from generator:\n"
      "  temblor process --from 'miniseed:waveforms/*.mseed' --sink csv:\n"
      "  temblor process --from 'file:readings.pb?follow' --sink csv:results --checkpoint-dir state\n"
      "  temblor process --from file:readings.pb --print-config > temblor.toml\n";
  return text;
}

/// How many records there are in all, as far as can be told: what is pending is counted in the sources' units, bytes
/// say, so the first looks tell how many of them make a record.
class TotalGuess {
 public:
  std::optional<std::uint64_t> total(const Progress& progress) {
    if (!progress.pending) return std::nullopt;
    const double records = static_cast<double>(progress.run.records_read);
    const double pending = static_cast<double>(*progress.pending);
    if (!first_records_) {
      first_records_ = records;
      first_pending_ = pending;
    }
    if (records <= *first_records_ || pending >= first_pending_) return std::nullopt;
    const double records_per_unit = (records - *first_records_) / (first_pending_ - pending);
    return progress.run.records_read + static_cast<std::uint64_t>(pending * records_per_unit);
  }

 private:
  std::optional<double> first_records_;
  double first_pending_ = 0;
};

/// Results on the same terminal would tear the line, and show the progress themselves.
bool shows_progress(const Job& job) {
  const bool prints = std::any_of(job.sinks.begin(), job.sinks.end(), [](const NamedSink& sink) {
    return sink.uri == "-" || sink.uri.starts_with("console");
  });
  return stderr_is_terminal() && !(prints && stdout_is_terminal());
}

Result<Summary> run_job(Job job, const Environment& environment) {
  ProgressLine line(environment.clock, "records", shows_progress(job));
  TotalGuess guess;
  return run_pipeline(std::move(job), environment, stop_on_signal(), [&](const Progress& progress) {
    line.show(progress.run.records_read, guess.total(progress), counted(progress.run.windows_emitted, "window"));
  });
}

Result<int> process(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Reads readings, cleans them, and writes their windows: the main job.", "temblor process");
  app.footer(footer());
  TEMBLOR_ASSIGN(ProcessArguments asked, parse_process_arguments(app, arguments, environment.files, Host::kProcess));
  if (asked.help) return print(environment, *asked.help);
  TEMBLOR_ASSIGN(ProcessSettings settings, read_settings(asked.written));
  const bool only_shown = asked.print_config && settings.from.empty();
  if (only_shown) return print(environment, to_toml(asked.written, Host::kProcess));
  set_up_log(settings.log_level);
  const std::string summary_path = settings.summary;
  TEMBLOR_ASSIGN(Job job, make_job(std::move(settings), asked.written, environment));
  if (asked.print_config) return print(environment, to_toml(asked.written, Host::kProcess));

  const bool keeps_state = !job.checkpoint_dir.empty();
  TEMBLOR_ASSIGN(const Summary summary, run_job(std::move(job), environment));
  if (!summary.finished && !keeps_state && summary.open_results > 0) {
    spdlog::warn("{} of open windows lost: --checkpoint-dir would keep them", counted(summary.open_results, "result"));
  }
  if (!summary_path.empty()) TEMBLOR_TRY(replace_file(environment.files, summary_path, to_json(summary)));
  if (stderr_is_terminal()) write_to_stderr(to_words(summary));
  return 0;
}

const RegisterSubcommand kProcess{
    {.name = "process",
     .summary = "the main job: read, clean, window, write",
     .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
       const auto code = process(arguments, environment);
       return code ? *code : report(code.error());
     }}};

}  // namespace
}  // namespace temblor
