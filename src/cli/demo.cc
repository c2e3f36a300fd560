#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "base/program.h"
#include "cli/answer.h"
#include "cli/demo_picture.h"
#include "cli/event_search.h"
#include "cli/log.h"
#include "cli/number_text.h"
#include "cli/stop_signal.h"
#include "cli/subcommand.h"
#include "cli/terminal.h"
#include "cli/window_history.h"
#include "connectors/registry.h"
#include "pipeline/pipeline.h"
#include "schema/printable.h"
#include "settings/command_line.h"

namespace temblor {
namespace {

/// Where waveforms are looked for: what `make run` fetches, and what is installed with the program.
std::array<std::string, 2> waveform_folders() {
  return {"build/waveforms", directory_of(directory_of(own_path())) + "/share/temblor/waveforms"};
}

constexpr std::string_view kOutput = "output/seismic_agg_result";

Result<std::string> find_waveforms(const std::string& asked, FileSystem& files) {
  const auto holds_some = [&](const std::string& folder) {
    const auto found = files.glob(folder + "/*.mseed");
    return found && !found->empty();
  };
  if (!asked.empty()) {
    if (holds_some(asked)) return asked;
    return user_error("--waveforms", asked + " holds no *.mseed files", "name a folder with miniSEED files");
  }
  const auto folders = waveform_folders();
  for (const std::string& folder : folders) {
    if (holds_some(folder)) return folder;
  }
  return user_error("temblor demo", fmt::format("no waveforms in {} or {}", folders[0], folders[1]),
                    "make run fetches them; or name a folder of miniSEED files with --waveforms");
}

/// `miniseed:FOLDER/*.mseed`, with what a URI would read as something else written as an escape.
std::string uri_of(const std::string& folder) {
  std::string uri = "miniseed:";
  for (const char c : folder) {
    if (c == '%' || c == '?') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri.push_back(c);
    }
  }
  return uri + "/*.mseed";
}

Result<Job> make_demo_job(const std::string& source_uri, const std::string& sink_uri, WindowHistory& history,
                          const Environment& environment) {
  Job job;
  TEMBLOR_ASSIGN(auto source, make_source(source_uri, environment));
  job.sources.push_back({source_uri, std::move(source)});
  TEMBLOR_ASSIGN(auto sink, make_sink(sink_uri, environment));
  job.sinks.push_back({sink_uri, std::move(sink)});
  job.sinks.push_back({"demo:", std::make_unique<HistorySink>(history)});
  job.threads = std::clamp(std::thread::hardware_concurrency(), 1U, limits::kThreads);
  return job;
}

std::string channel_table(const WindowHistory& history) {
  std::string text = fmt::format("{:<20} {:>8} {:>10} {:>12} {:>12} {:>8} {:>8}\n", "channel", "windows", "readings",
                                 "lowest", "highest", "P", "S");
  std::size_t rows = 0;
  for (const auto& [id, windows] : history) {
    if (rows++ == kMostRows) break;
    std::uint64_t readings = 0;
    std::uint64_t p_phases = 0;
    std::uint64_t s_phases = 0;
    float lowest = windows.front().min;
    float highest = windows.front().max;
    for (const SensorWindow& window : windows) {
      readings += static_cast<std::uint64_t>(window.readings);
      p_phases += static_cast<std::uint64_t>(window.p_phases);
      s_phases += static_cast<std::uint64_t>(window.s_phases);
      lowest = std::min(lowest, window.min);
      highest = std::max(highest, window.max);
    }
    text +=
        fmt::format("{:<20} {:>8} {:>10} {:>12.0f} {:>12.0f} {:>8} {:>8}\n", printable(id, 20), grouped(windows.size()),
                    grouped(readings), lowest, highest, grouped(p_phases), grouped(s_phases));
  }
  return text;
}

std::string report_text(const WindowHistory& history, const Summary& summary, const std::string& source_uri,
                        const PictureStyle& style) {
  std::set<std::string> stations;
  for (const auto& [id, windows] : history) stations.insert(station_of(id));
  const std::vector<ShakingEvent> events = find_events(history);
  std::string text = fmt::format(
      "The main job on real waveforms: {} of {} at {}, in windows of one second.\n"
      "The same by hand:\n\n  temblor process --from '{}' --sink csv:{}\n\n",
      counted(summary.run.records_read, "reading"), counted(history.size(), "channel"),
      counted(stations.size(), "station"), printable(source_uri), kOutput);
  text += "What the windows hold; amplitudes are |sample| in counts:\n\n" + channel_table(history);
  text += "\nHow much the ground moved in each window (logarithmic, each channel on its own scale):\n\n";
  text += draw_history(history, events, style);
  if (events.empty()) {
    text += "\nNowhere did two stations stand out of their background at once.\n";
  } else {
    const std::string day = to_iso8601(events[0].start).substr(0, 10);
    text += fmt::format("\n{} on {} (UTC), picked by at least two stations at once:\n\n",
                        counted(events.size(), "earthquake"), day);
    text += list_events(events, style);
  }
  const double seconds = std::max(summary.run_seconds, 1e-9);
  text += fmt::format("\n{} in {:.2f} s ({} readings/s), {} dropped, {} late; {} and {} written to {}\n",
                      counted(summary.run.records_read, "reading"), seconds,
                      rounded(static_cast<double>(summary.run.records_read) / seconds),
                      grouped(summary.run.dropped_total()), grouped(summary.run.late),
                      counted(summary.run.windows_emitted, "window"), counted(summary.run.results_emitted, "result"),
                      kOutput);
  return text;
}

Result<int> demo(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Runs the main job on real earthquake waveforms and shows what came out.", "temblor demo");
  std::string waveforms;
  app.add_option("--waveforms", waveforms, fmt::format("a folder of *.mseed files [{}]", waveform_folders()[0]))
      ->type_name("DIR");
  app.footer(fmt::format("The windows are also written as CSV files below {}.\n", kOutput));
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  TEMBLOR_ASSIGN(const std::string folder, find_waveforms(waveforms, environment.files));

  set_up_log(spdlog::level::warn);  // gaps and the like are told by process; here they would tear the picture
  WindowHistory history;
  const std::string source_uri = uri_of(folder);
  TEMBLOR_ASSIGN(Job job, make_demo_job(source_uri, "csv:" + std::string(kOutput), history, environment));
  TEMBLOR_ASSIGN(const Summary summary, run_pipeline(std::move(job), environment, stop_on_signal()));
  return print(environment, report_text(history, summary, source_uri, {.colour = stdout_is_terminal()}));
}

const RegisterSubcommand kDemo{{.name = "demo",
                                .summary = "the main job on real earthquake waveforms, with a picture",
                                .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
                                  const auto code = demo(arguments, environment);
                                  return code ? *code : report(code.error());
                                }}};

}  // namespace
}  // namespace temblor
