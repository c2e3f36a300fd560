#include "flink_rest/client.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "flink_rest/refusal.h"

namespace temblor::flink_rest {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestJar = std::size_t{256} << 20;

/// Reads an answer; what it throws means that the answer has another form than that of this API.
template <class Read>
auto reading(const std::string& address, const Read& read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const Json::exception& problem) {
    return world_error(address, fmt::format("answers as no JobManager of Flink 1.17 does: {}", problem.what()),
                       "is another server meant?");
  }
}

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

/// What may stand in a query as it is, and the rest as %XX.
std::string encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::uint64_t count_of(const Json& metric) {
  const auto value = metric.at("sum").get<double>();
  return std::isfinite(value) && value > 0 ? static_cast<std::uint64_t>(value) : 0;
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
                    .slots = answer.at("slots-total").get<std::uint32_t>(),
                    .free_slots = answer.at("slots-available").get<std::uint32_t>()};
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
  return reading(address(), [&] {
    JobStatus job{
        .id = answer.at("jid").get<std::string>(), .state = answer.at("state").get<std::string>(), .vertices = {}};
    for (const Json& each : answer.at("vertices")) {
      const Json& tasks = each.at("tasks");
      job.vertices.push_back({.id = each.at("id").get<std::string>(),
                              .name = each.at("name").get<std::string>(),
                              .parallelism = each.at("parallelism").get<std::uint32_t>(),
                              .running = tasks.value("RUNNING", 0U),
                              .finished = tasks.value("FINISHED", 0U)});
    }
    return job;
  });
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
