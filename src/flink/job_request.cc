#include "flink/job_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "connectors/rocketmq/topic_settings.h"
#include "schema/amplitude_range.h"
#include "settings/data_places.h"
#include "settings/print_config.h"
#include "settings/process_arguments.h"

namespace temblor::flink {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFooter =
    "Sources (--from):\n"
    "  rocketmq://HOST:PORT[,HOST:PORT]/TOPIC\n"
    "      a topic, by its name servers; "
    "?start=earliest|latest|group|TIME&group=G&bounded&pull=1024&loss=continue|stop\n"
    "Sinks (--sink):\n"
    "  console\n"
    "      a line for each result, on a TaskManager's standard output\n"
    "  csv:DIR\n"
    "      one file for each window, in a folder that all TaskManagers share\n"
    "  rocketmq://HOST:PORT[,HOST:PORT]/TOPIC\n"
    "      a topic; ?group=G; letters (--late-sink, --dead-letter) go to topics only\n"
    "  null:\n"
    "      drops everything, to measure\n"
    "\nD is a duration: 250ms, 1s, 2m, 1h. Settings can also stand in a TOML file (--config), named as here\n"
    "without the dashes; the command line wins. Checkpoints and parallelism are Flink's own settings.\n";

constexpr std::string_view kDefaultDirectory = "output/seismic_agg_result";  // as connectors/csv has it

bool is_topic(const std::string& uri) { return uri.starts_with("rocketmq:"); }

/// By the errors of the embedded run, at the place where the URI was written.
template <class Settings>
Result<Settings> parse_topic(const std::string& text, const std::string& place) {
  return Uri::parse(text).and_then([](const Uri& uri) { return Settings::parse(uri); }).map_error([&](Error error) {
    return at_place(place, std::move(error));
  });
}

Json address(const rocketmq::TopicUri& topic, const std::string& group) {
  std::string servers;
  for (const rocketmq::Endpoint& server : topic.name_servers) {
    servers += (servers.empty() ? "" : ",") + server.to_string();
  }
  return {{"nameServers", servers}, {"topic", topic.topic}, {"group", group}};
}

std::string_view name_of(rocketmq::TopicStart::From from) {
  using From = rocketmq::TopicStart::From;
  switch (from) {
    case From::kEarliest:
      return "EARLIEST";
    case From::kLatest:
      return "LATEST";
    case From::kGroup:
      return "GROUP";
    case From::kTime:
      break;
  }
  return "TIME";
}

Result<Json> source(const std::string& uri, const std::string& place, const Job& job) {
  if (!is_topic(uri)) {
    return user_error(place, uri + ": a job on Flink reads topics only",
                      "write rocketmq://HOST:PORT/TOPIC; temblor process reads the rest");
  }
  TEMBLOR_ASSIGN(const auto topic, parse_topic<rocketmq::TopicSourceSettings>(uri, place));
  Json source = address(topic.topic, topic.group);
  source["start"] = name_of(topic.start.from);
  source["startTimeMs"] = to_ms(topic.start.time);
  source["bounded"] = topic.bounded;
  source["stopAtLoss"] = topic.stop_at_loss;
  source["messagesAPull"] = topic.pull;
  source["idleTimeoutMs"] = job.idle_timeout.count();
  source["maxRecords"] = job.max_records.value_or(0);
  return source;
}

Result<Json> topic_sink(const std::string& uri, const std::string& place) {
  TEMBLOR_ASSIGN(const auto topic, parse_topic<rocketmq::TopicSinkSettings>(uri, place));
  return address(topic.topic, topic.group);
}

Result<Json> sink(const std::string& uri, const std::string& place) {
  Json sink = {{"uri", uri}};
  if (uri == "console" || uri == "null" || uri == "null:") {
    sink["kind"] = uri == "console" ? "CONSOLE" : "NOTHING";
  } else if (uri == "csv" || uri.starts_with("csv:")) {
    TEMBLOR_ASSIGN(const Uri parsed, Uri::parse(uri == "csv" ? "csv:" : uri).map_error([&](Error error) {
      return at_place(place, std::move(error));
    }));
    if (!parsed.query.empty()) return user_error(place, uri + ": 'csv' takes no settings");
    sink["kind"] = "CSV";
    sink["directory"] = parsed.path.empty() ? std::string(kDefaultDirectory) : parsed.path;
  } else if (is_topic(uri)) {
    sink["kind"] = "TOPIC";
    TEMBLOR_ASSIGN(sink["topic"], topic_sink(uri, place));
  } else {
    return user_error(place, uri + ": a job on Flink cannot write there",
                      "these can be a sink there: console, csv:DIR, rocketmq://HOST:PORT/TOPIC, null:");
  }
  return sink;
}

/// Null where none is wanted.
Result<Json> letter_sink(const std::string& uri, const std::string& place) {
  if (uri.empty()) return Json();
  if (is_topic(uri)) return topic_sink(uri, place);
  return user_error(place, uri + ": letters of a job on Flink go to topics only", "write rocketmq://HOST:PORT/TOPIC");
}

Result<Json> to_json(const ProcessSettings& settings, const WrittenSettings& written) {
  const Job& job = settings.job;
  const AmplitudeRange amplitudes = job.amplitude_range.value_or(kRecordAmplitudes);
  Json json = {{"topics", Json::array()},
               {"sinks", Json::array()},
               {"eventTime", settings.time == TimeMode::kEvent},
               {"windowMs", job.window.count()},
               {"outOfOrdernessMs", job.out_of_orderness.count()},
               {"maxAheadMs", job.max_ahead.count()},
               {"maxDriftMs", written.contains("max-drift") ? job.max_drift.count() : 0},
               {"leastAmplitude", amplitudes.min},
               {"mostAmplitude", amplitudes.max},
               {"exactlyOnce", job.delivery == DeliveryMode::kExactlyOnce}};
  if (job.max_records && settings.from.size() > 1) {
    return user_error(place_of(written, "max-records"), "cannot be shared by several topics on a cluster",
                      "name one topic, or leave the limit out");
  }
  std::set<std::string> names;  // which Flink keeps the state of their queues by
  for (const std::string& uri : settings.from) {
    TEMBLOR_ASSIGN(Json one, source(uri, place_of(written, "from"), job));
    const auto name = one["topic"].get<std::string>();
    if (!names.insert(name).second) {
      return user_error(place_of(written, "from"), uri + ": another topic that is read has the name " + name,
                        "read it by a job of its own");
    }
    json["topics"].push_back(std::move(one));
  }
  for (const std::string& uri : settings.sink) {
    TEMBLOR_ASSIGN(Json one, sink(uri, place_of(written, "sink")));
    json["sinks"].push_back(std::move(one));
  }
  TEMBLOR_ASSIGN(json["late"], letter_sink(settings.late_sink, place_of(written, "late-sink")));
  TEMBLOR_ASSIGN(json["dead"], letter_sink(settings.dead_letter, place_of(written, "dead-letter")));
  return json;
}

}  // namespace

Result<JobRequest> read_job_request(CLI::App& app, const std::vector<std::string>& arguments, FileSystem& files) {
  app.footer(std::string(kFooter));
  TEMBLOR_ASSIGN(ProcessArguments asked, parse_process_arguments(app, arguments, files, Host::kFlink));
  JobRequest request{.answer = std::move(asked.help)};
  if (request.answer) return request;
  TEMBLOR_ASSIGN(const ProcessSettings settings, read_settings(asked.written));
  TEMBLOR_TRY(check_places(settings, asked.written, files));
  TEMBLOR_ASSIGN(const Json json, to_json(settings, asked.written));
  if (!settings.time) asked.written["time"] = {{"processing"}, "default of the sources", "--time"};
  if (asked.print_config) {
    request.answer = to_toml(asked.written, Host::kFlink);
    return request;
  }
  if (settings.from.empty()) {
    return user_error("--from", "is missing", "name a topic: --from rocketmq://HOST:PORT/TOPIC");
  }
  request.written = std::move(asked.written);
  request.settings = json.dump();
  return request;
}

std::vector<std::string> to_arguments(const WrittenSettings& written) {
  const WrittenSettings defaults = default_settings(Host::kFlink);
  std::vector<std::string> arguments;
  for (const auto& [name, one] : written) {
    const auto found = defaults.find(name);
    if (found != defaults.end() && found->second.values == one.values) continue;
    for (const std::string& value : one.values) arguments.push_back(fmt::format("--{}={}", name, value));
  }
  return arguments;
}

}  // namespace temblor::flink
