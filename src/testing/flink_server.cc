#include "testing/flink_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace temblor {
namespace {

using Json = nlohmann::json;

constexpr const char* kJar = "temblor.jar";
constexpr const char* kVertex = "bc764cd8ddf7a0cff126f51c16239658";

/// The job in `/jobs/ID/…`.
std::string job_in(const std::string& target) {
  const std::string rest = target.substr(std::string("/jobs/").size());
  return rest.substr(0, rest.find_first_of("/?"));
}

}  // namespace

FlinkServer::FlinkServer() {
  server_.on_request = [this](const httplib::Request& request) { act_on(request); };
}

bool FlinkServer::was_asked(const std::string& request) const {
  return std::find(asked().begin(), asked().end(), request) != asked().end();
}

std::vector<std::string> FlinkServer::running() const {
  std::vector<std::string> ids;
  for (const auto& [id, job] : jobs) {
    if (job.state == "RUNNING") ids.push_back(id);
  }
  return ids;
}

void FlinkServer::act_on(const httplib::Request& request) {
  server_.answers.clear();
  if (request.method == "POST") post(request.target, request.body);
  if (request.method == "PATCH") {
    jobs[job_in(request.target)].state = "CANCELED";
    server_.answers["PATCH " + request.target] = {202, "{}"};
  }
  if (request.method == "DELETE") server_.answers["DELETE " + request.target] = {200, "{}"};
  set_answers();
}

void FlinkServer::post(const std::string& target, const std::string& body) {
  auto& answer = server_.answers["POST " + target];
  if (target == "/jars/upload") {
    answer = {200, Json({{"filename", std::string("/tmp/") + kJar}}).dump()};
  } else if (target.ends_with("/run")) {
    const Json asked = Json::parse(body);
    Job& job = jobs[asked.at("jobId")];
    job.name = submitted_name;
    job.parallelism = asked.at("parallelism");
    if (job.parallelism > runs_at_most) job.state = "FAILED";
    answer = {200, Json({{"jobid", asked.at("jobId")}}).dump()};
    after_run();
  } else {
    const Json asked = Json::parse(body);
    const std::string job = job_in(target);
    const std::string trigger = asked.at("triggerId");
    const bool cancels = target.ends_with("/savepoints");
    jobs[job].state = cancels ? "CANCELED" : "FINISHED";
    const std::string directory = asked.at(cancels ? "target-directory" : "targetDirectory");
    savepoints_[job + "/savepoints/" + trigger] = directory + "/savepoint-" + job.substr(0, 6) + "-1";
    answer = {202, Json({{"request-id", trigger}}).dump()};
  }
}

void FlinkServer::set_answers() {
  auto& answers = server_.answers;
  Json listed = Json::array();
  Json names = Json::array();
  Json values = Json::array();
  std::string query;
  for (const auto& [name, value] : metrics) {
    names.push_back({{"id", name}});
    values.push_back({{"id", name}, {"sum", Json::parse(value)}, {"max", Json::parse(value)}});
    query += (query.empty() ? "" : ",") + name;
  }
  for (const auto& [id, job] : jobs) {
    listed.push_back({{"jid", id}, {"name", job.name}, {"state", job.state}});
    const Json vertex = {{"id", kVertex},
                         {"name", "Source: lines -> Flat Map"},
                         {"parallelism", job.parallelism},
                         {"maxParallelism", job.max_parallelism},
                         {"tasks", {{"RUNNING", job.state == "RUNNING" ? job.parallelism : 0}}}};
    answers["GET /jobs/" + id] = {
        200, Json({{"jid", id}, {"name", job.name}, {"state", job.state}, {"vertices", {vertex}}}).dump()};
    answers["GET /jobs/" + id + "/exceptions?maxExceptions=1"] = {200, R"({"root-exception":null})"};
    const std::string vertex_path = fmt::format("GET /jobs/{}/vertices/{}", id, kVertex);
    const std::string path = vertex_path + "/subtasks/metrics";
    Json its_task_managers = Json::array();
    for (const std::string& each : job.task_managers) its_task_managers.push_back({{"taskmanager-id", each}});
    answers[vertex_path + "/taskmanagers"] = {200, Json({{"taskmanagers", its_task_managers}}).dump()};
    answers[path] = {200, names.dump()};
    answers[path + "?agg=sum,max&get=" + query] = {200, values.dump()};
  }
  answers["GET /jobs/overview"] = {200, Json({{"jobs", listed}}).dump()};
  for (const auto& [target, path] : savepoints_) {
    answers["GET /jobs/" + target] = {
        200, Json({{"status", {{"id", "COMPLETED"}}}, {"operation", {{"location", path}}}}).dump()};
  }
  Json all = Json::array();
  for (const auto& [id, each] : task_managers) {
    all.push_back({{"id", id},
                   {"path", "akka.tcp://flink@" + each.host + ":40000/user/rpc/taskmanager_0"},
                   {"slotsNumber", each.slots},
                   {"freeSlots", each.free_slots},
                   {"hardware", {{"cpuCores", 2}}}});
    answers["GET /taskmanagers/" + id + "/metrics?get=Status.JVM.CPU.Load,Status.JVM.CPU.Time"] = {
        200, R"([{"id":"Status.JVM.CPU.Load","value":"0.01"}])"};
  }
  answers["GET /taskmanagers"] = {200, Json({{"taskmanagers", all}}).dump()};
}

}  // namespace temblor
