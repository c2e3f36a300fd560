#include "flink_rest/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_values.h"
#include "flink_rest/answer.h"
#include "flink_rest/refusal.h"

namespace temblor::flink_rest {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestJar = std::size_t{256} << 20;

/// The names of a vertex's metrics that end like this, of its source.
std::vector<std::string> source_metrics(const Json& listed) {
  std::vector<std::string> names;
  for (const Json& metric : listed) {
    const auto name = metric.at("id").get<std::string>();
    if (!name.starts_with("Source__")) continue;
    if (name.ends_with(".numRecordsIn") || name.ends_with(".pendingRecords")) names.push_back(name);
  }
  return names;
}

JobStatus status_of(const Json& answer) {
  JobStatus job{.id = answer.at("jid").get<std::string>(),
                .name = answer.value("name", ""),
                .state = answer.at("state").get<std::string>(),
                .vertices = {}};
  for (const Json& each : answer.at("vertices")) {
    const auto tasks_in = [&](const char* state) {
      return whole_number<std::uint32_t>(each.at("tasks").value(state, Json(0)));
    };
    // -1 says that Flink has not decided yet: no task runs then. So it may of the maximum.
    const auto parallelism = std::max<std::int64_t>(whole_number<std::int64_t>(each.at("parallelism")), 0);
    const auto most = std::max<std::int64_t>(whole_number<std::int64_t>(each.value("maxParallelism", Json(-1))), 0);
    job.vertices.push_back({.id = each.at("id").get<std::string>(),
                            .name = each.at("name").get<std::string>(),
                            .parallelism = static_cast<std::uint32_t>(parallelism),
                            .running = tasks_in("RUNNING"),
                            .finished = tasks_in("FINISHED"),
                            .max_parallelism = static_cast<std::uint32_t>(most)});
  }
  return job;
}

/// Its path is akka.tcp://flink@HOST:PORT/user/rpc/taskmanager_0.
void place_of(std::string_view path, TaskManager& task_manager) {
  const std::size_t begin = path.find('@');
  if (begin == std::string_view::npos) return;
  path.remove_prefix(begin + 1);
  const std::string_view place = path.substr(0, path.find('/'));
  const std::size_t colon = place.rfind(':');
  task_manager.host = place.substr(0, colon);
  if (colon == std::string_view::npos) return;
  std::from_chars(place.data() + colon + 1, place.data() + place.size(), task_manager.port);
}

/// The path of the savepoint that was the last thing that a job did before it ended; empty where there is none. Of
/// `answer` some members are null where there is nothing to tell.
std::string last_savepoint_in(const Json& answer, std::int64_t ended_ms) {
  // Until all tasks of a stopped job have ended, and what they have written is committed.
  constexpr std::int64_t kMostMs = 60'000;
  const Json& latest = answer.at("latest");
  const Json savepoint = latest.value("savepoint", Json());
  const Json checkpoint = latest.value("completed", Json());
  if (savepoint.is_null() || ended_ms - savepoint.at("latest_ack_timestamp").get<std::int64_t>() > kMostMs) return {};
  const bool is_last = checkpoint.is_null() || checkpoint.at("id") < savepoint.at("id");
  return is_last ? savepoint.at("external_path").get<std::string>() : std::string();
}

std::uint64_t count_of(const Json& metric) {
  constexpr double kMost = 1e18;
  const auto value = metric.at("sum").get<double>();
  return std::isfinite(value) ? static_cast<std::uint64_t>(std::clamp(value, 0.0, kMost)) : 0;
}

}  // namespace

bool JobStatus::all_run() const {
  if (state != "RUNNING") return false;
  for (const Vertex& vertex : vertices) {
    if (vertex.running + vertex.finished < vertex.parallelism) return false;
  }
  return true;
}

Result<Overview> Client::overview() {
  TEMBLOR_ASSIGN(const Json answer, http_.get("/overview"));
  return reading(address(), [&] {
    return Overview{.version = answer.at("flink-version").get<std::string>(),
                    .slots = whole_number<std::uint32_t>(answer.at("slots-total")),
                    .free_slots = whole_number<std::uint32_t>(answer.at("slots-available"))};
  });
}

Result<std::string> Client::upload_jar(FileSystem& files, const std::string& path) {
  TEMBLOR_ASSIGN(std::string jar, read_file(files, path, kLargestJar));
  TEMBLOR_ASSIGN(const Json answer, http_.upload("/jars/upload", path.substr(path.rfind('/') + 1), std::move(jar)));
  return reading(address(), [&] {
    const auto stored = answer.at("filename").get<std::string>();  // its path there; its name is its id
    return stored.substr(stored.rfind('/') + 1);
  });
}

Result<std::string> Client::run_jar(const std::string& jar, const RunRequest& request) {
  Json body = {{"entryClass", request.entry_class}, {"programArgsList", request.arguments}, {"jobId", request.job_id}};
  if (request.parallelism) body["parallelism"] = *request.parallelism;
  if (!request.savepoint.empty()) body["savepointPath"] = request.savepoint;
  if (!request.configuration.empty()) body["flinkConfiguration"] = request.configuration;
  TEMBLOR_ASSIGN(const Json answer, http_.post("/jars/" + jar + "/run", body));
  return reading(address(), [&] { return answer.at("jobid").get<std::string>(); });
}

Result<JobStatus> Client::job(const std::string& id) {
  TEMBLOR_ASSIGN(const Json answer, http_.get("/jobs/" + id));
  return reading(address(), [&] { return status_of(answer); });
}

Result<std::optional<JobStatus>> Client::find_job(const std::string& id) {
  TEMBLOR_ASSIGN(const std::optional<Json> answer, http_.find("/jobs/" + id));
  if (!answer) return std::nullopt;
  return reading(address(), [&] { return std::optional(status_of(*answer)); });
}

Result<std::vector<JobEntry>> Client::jobs() {
  TEMBLOR_ASSIGN(const Json answer, http_.get("/jobs/overview"));
  return reading(address(), [&] {
    std::vector<JobEntry> jobs;
    for (const Json& each : answer.at("jobs")) {
      jobs.push_back({.id = each.at("jid").get<std::string>(),
                      .name = each.at("name").get<std::string>(),
                      .state = each.at("state").get<std::string>()});
    }
    return jobs;
  });
}

Result<void> Client::stop(const std::string& job, const std::string& directory, const std::string& trigger) {
  TEMBLOR_TRY(
      http_.post("/jobs/" + job + "/stop", {{"targetDirectory", directory}, {"drain", false}, {"triggerId", trigger}}));
  return {};
}

Result<void> Client::cancel_with_savepoint(const std::string& job, const std::string& directory,
                                           const std::string& trigger) {
  TEMBLOR_TRY(http_.post("/jobs/" + job + "/savepoints",
                         {{"target-directory", directory}, {"cancel-job", true}, {"triggerId", trigger}}));
  return {};
}

Result<std::optional<SavepointStatus>> Client::savepoint(const std::string& job, const std::string& trigger) {
  TEMBLOR_ASSIGN(const std::optional<Json> answer, http_.find("/jobs/" + job + "/savepoints/" + trigger));
  if (!answer) return std::nullopt;
  return reading(address(), [&] {
    SavepointStatus status{
        .is_over = answer->at("status").at("id").get<std::string>() == "COMPLETED", .location = {}, .failure = {}};
    if (!status.is_over) return std::optional(status);
    const Json& operation = answer->at("operation");
    if (operation.contains("location")) {
      status.location = operation["location"].get<std::string>();
    } else {
      status.failure = cause_of(operation.at("failure-cause").at("stack-trace").get<std::string>());
    }
    return std::optional(status);
  });
}

Result<std::optional<JobEnd>> Client::end_of(const std::string& job) {
  TEMBLOR_ASSIGN(const std::optional<Json> answer, http_.find("/jobs/" + job));
  if (!answer) return std::nullopt;
  TEMBLOR_ASSIGN(const std::optional<Json> checkpoints, http_.find("/jobs/" + job + "/checkpoints"));
  return reading(address(), [&]() -> std::optional<JobEnd> {
    const auto ended_ms = whole_number<std::int64_t>(answer->at("end-time"));  // -1: it has not
    if (ended_ms < 0) return std::nullopt;
    return JobEnd{.ago = Milliseconds(whole_number<std::int64_t>(answer->at("now")) - ended_ms),
                  .savepoint = checkpoints ? last_savepoint_in(*checkpoints, ended_ms) : std::string()};
  });
}

Result<std::vector<TaskManager>> Client::task_managers() {
  TEMBLOR_ASSIGN(const Json answer, http_.get("/taskmanagers"));
  return reading(address(), [&] {
    std::vector<TaskManager> task_managers;
    for (const Json& each : answer.at("taskmanagers")) {
      TaskManager one{.id = each.at("id").get<std::string>(),
                      .host = {},
                      .cpus = whole_number<std::uint32_t>(each.at("hardware").at("cpuCores")),
                      .slots = whole_number<std::uint32_t>(each.at("slotsNumber")),
                      .free_slots = whole_number<std::uint32_t>(each.at("freeSlots"))};
      place_of(each.at("path").get<std::string>(), one);
      task_managers.push_back(std::move(one));
    }
    return task_managers;
  });
}

Result<std::vector<std::string>> Client::task_managers_of(const std::string& job) {
  std::vector<std::string> ids;
  TEMBLOR_ASSIGN(const std::optional<JobStatus> status, find_job(job));
  if (!status) return ids;
  for (const Vertex& vertex : status->vertices) {
    TEMBLOR_ASSIGN(const std::optional<Json> answer,
                   http_.find("/jobs/" + job + "/vertices/" + vertex.id + "/taskmanagers"));
    if (!answer) continue;
    TEMBLOR_TRY(reading(address(), [&] {
      for (const Json& each : answer->at("taskmanagers")) ids.push_back(each.at("taskmanager-id").get<std::string>());
      return true;
    }));
  }
  return ids;
}

Result<std::string> Client::failure(const std::string& id) {
  TEMBLOR_ASSIGN(const Json answer, http_.get("/jobs/" + id + "/exceptions?maxExceptions=1"));
  return reading(address(), [&] {
    const auto root = answer.find("root-exception");
    return root == answer.end() || root->is_null() ? std::string() : cause_of(root->get<std::string>());
  });
}

Result<std::optional<SourceFigures>> Client::source_figures(const JobStatus& job) {
  SourceFigures figures;
  bool known = false;
  for (const Vertex& vertex : job.vertices) {
    if (!vertex.name.starts_with("Source: ")) continue;
    const std::string path = fmt::format("/jobs/{}/vertices/{}/subtasks/metrics", job.id, vertex.id);
    TEMBLOR_ASSIGN(const Json listed, http_.get(path));
    TEMBLOR_ASSIGN(const std::vector<std::string> names, reading(address(), [&] { return source_metrics(listed); }));
    // One name that it does not know, and Flink answers with none at all.
    if (names.empty()) continue;
    std::string query;
    for (const std::string& name : names) query += (query.empty() ? "" : ",") + encoded(name);
    TEMBLOR_ASSIGN(const Json values, http_.get(path + "?agg=sum&get=" + query));
    TEMBLOR_TRY(reading(address(), [&] {
      for (const Json& metric : values) {
        const bool is_lag = metric.at("id").get<std::string>().ends_with(".pendingRecords");
        (is_lag ? figures.lag : figures.records) += count_of(metric);
        known = true;
      }
      return known;
    }));
  }
  return known ? std::optional(figures) : std::nullopt;
}

}  // namespace temblor::flink_rest
