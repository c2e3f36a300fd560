#include "cli/process_job.h"

#include <fmt/format.h>

#include "cli/summary_path.h"
#include "connectors/registry.h"
#include "pipeline/job_settings.h"
#include "settings/command_line.h"
#include "settings/data_places.h"

namespace temblor {
namespace {

/// Makes what a URI names, by one of the make_… functions; an error gets the place of the setting.
template <class Make>
auto make_at(Make make, const std::string& uri, const std::string& place, const Environment& environment) {
  return make(uri, environment).map_error([&](Error error) { return at_place(place, std::move(error)); });
}

std::string_view to_string(TimeMode mode) { return mode == TimeMode::kEvent ? "event" : "processing"; }

Result<TimeMode> time_of_sources(const Job& job, const std::string& place) {
  const NamedSource& first = job.sources[0];
  const TimeMode mode = first.source->traits().time_mode;
  for (const NamedSource& other : job.sources) {
    const TimeMode theirs = other.source->traits().time_mode;
    if (theirs == mode) continue;
    return user_error(place,
                      fmt::format("the sources do not agree: {} has {} time, {} has {} time", first.uri,
                                  to_string(mode), other.uri, to_string(theirs)),
                      "choose --time event or --time processing");
  }
  return mode;
}

Result<void> check_checkpoint_dir(const Job& job, const std::string& place, FileSystem& files) {
  if (job.checkpoint_dir.empty()) return {};
  for (const NamedSource& source : job.sources) {
    if (source.source->traits().rewindable) continue;
    const std::string name = source.uri == "-" ? "standard input" : source.uri;
    return user_error(place, name + " cannot be read again after a restart",
                      "read from a file, or leave checkpoints out");
  }
  if (files.exists(job.checkpoint_dir) && !files.list(job.checkpoint_dir)) {
    return user_error(place, job.checkpoint_dir + " is no folder that can be read", "name a folder");
  }
  return {};
}

}  // namespace

Result<Job> make_job(ProcessSettings settings, WrittenSettings& written, const Environment& environment) {
  TEMBLOR_TRY(check_places(settings, written, environment.files));
  Job job = std::move(settings.job);
  if (settings.from.empty()) {
    return user_error("--from", "is missing", "name a source: --from file:PATH, or --from generator: to try it");
  }
  for (const std::string& uri : settings.from) {
    TEMBLOR_ASSIGN(auto source, make_at(make_source, uri, place_of(written, "from"), environment));
    job.sources.push_back({uri, std::move(source)});
  }
  for (const std::string& uri : settings.sink) {
    TEMBLOR_ASSIGN(auto sink, make_at(make_sink, uri, place_of(written, "sink"), environment));
    job.sinks.push_back({uri, std::move(sink)});
  }
  const auto letter_sink = [&](std::string_view name, const std::string& uri,
                               std::optional<NamedLetterSink>& made) -> Result<void> {
    if (uri.empty()) return {};
    TEMBLOR_ASSIGN(auto sink, make_at(make_letter_sink, uri, place_of(written, name), environment));
    made.emplace(NamedLetterSink{uri, std::move(sink)});
    return {};
  };
  TEMBLOR_TRY(letter_sink("late-sink", settings.late_sink, job.late_sink));
  TEMBLOR_TRY(letter_sink("dead-letter", settings.dead_letter, job.dead_letter_sink));
  if (settings.time) {
    job.time_mode = *settings.time;
  } else {
    TEMBLOR_ASSIGN(job.time_mode, time_of_sources(job, "--time"));
    written["time"] = {{std::string(to_string(job.time_mode))}, "default of the sources", "--time"};
  }
  if (const auto own = own_amplitude_range(job); own && !job.amplitude_range) {
    written["amplitude-range"] = {{to_string(*own)}, "default of the sources", "--amplitude-range"};
  }
  TEMBLOR_TRY(check_checkpoint_dir(job, place_of(written, "checkpoint-dir"), environment.files));
  TEMBLOR_TRY(check_summary_path(settings.summary, place_of(written, "summary"), environment.files));
  return job;
}

}  // namespace temblor
