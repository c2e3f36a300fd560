#include "pipeline/job_settings.h"

#include <fmt/format.h>

namespace temblor {
namespace {

template <class Range, class Uri>
std::string joined(const Range& range, Uri uri) {
  std::string text;
  for (const auto& each : range) {
    const std::string part = uri(each);
    if (!text.empty() && !part.empty()) text += ' ';
    text += part;
  }
  return text;
}

}  // namespace

std::optional<AmplitudeRange> own_amplitude_range(const Job& job) {
  std::optional<AmplitudeRange> own;
  for (const NamedSource& source : job.sources) {
    const AmplitudeRange theirs = source.source->traits().amplitude_range;
    if (own && *own != theirs) return std::nullopt;
    own = theirs;
  }
  return own;
}

std::string to_string(const AmplitudeRange& range) { return fmt::format("{}:{}", range.min, range.max); }

std::map<std::string, std::string> settings_of(const Job& job) {
  const bool event_time = job.time_mode == TimeMode::kEvent;
  std::map<std::string, std::string> settings = {
      {"from", joined(job.sources, [](const NamedSource& source) { return source.uri; })},
      {"sink", joined(job.sinks, [](const NamedSink& sink) { return sink.sink->lasting() ? sink.uri : ""; })},
      {"late-sink", job.late_sink ? job.late_sink->uri : ""},
      {"dead-letter", job.dead_letter_sink ? job.dead_letter_sink->uri : ""},
      {"time", event_time ? "event" : "processing"},
      {"window", to_string(job.window)},
      {"max-sensors", std::to_string(job.max_sensors)},
      {"delivery", job.delivery == DeliveryMode::kExactlyOnce ? "exactly-once" : "at-least-once"},
  };
  if (event_time) {
    settings["out-of-orderness"] = to_string(job.out_of_orderness);
    settings["max-ahead"] = to_string(job.max_ahead);
  }
  // The sources' own is the same job, whether it was written or not: --print-config writes it.
  if (job.amplitude_range && job.amplitude_range != own_amplitude_range(job)) {
    settings["amplitude-range"] = to_string(*job.amplitude_range);
  }
  return settings;
}

Result<void> check_same_job(const std::map<std::string, std::string>& then,
                            const std::map<std::string, std::string>& now, const std::string& directory) {
  const auto value = [](const std::map<std::string, std::string>& settings, const std::string& key) {
    const auto found = settings.find(key);
    return found == settings.end() || found->second.empty() ? std::string("not set") : found->second;
  };
  std::map<std::string, std::string> keys = then;
  keys.insert(now.begin(), now.end());
  for (const auto& [key, ignored] : keys) {
    if (value(then, key) == value(now, key)) continue;
    return user_error(directory,
                      fmt::format("holds the checkpoint of another job: --{} was {}, and is {} now", key,
                                  value(then, key), value(now, key)),
                      "go on with the old setting, or give the new job a folder of its own");
  }
  return {};
}

}  // namespace temblor
