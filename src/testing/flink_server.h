#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "testing/answer_server.h"

namespace temblor {

/// A JobManager on loopback that does what Flink 1.17.2 does over its REST API, as far as the scaler sees it: jobs of
/// one vertex, savepoints, submissions and TaskManagers. All that is asked for has come about with the answer. A test
/// changes it between two requests.
class FlinkServer {
 public:
  struct Job {
    std::string name = "org.jzx.WordCount";
    std::string state = "RUNNING";
    std::uint32_t parallelism = 3;
    std::int64_t max_parallelism = 128;
    std::vector<std::string> task_managers{};  ///< on which it has tasks
  };
  struct TaskManager {
    std::string host;
    std::uint32_t slots = 2;
    std::uint32_t free_slots = 0;
  };

  FlinkServer();

  [[nodiscard]] std::string address() const { return "http://" + server_.address(); }
  /// The requests up to now, as `POST /jobs/0b5d/stop`.
  [[nodiscard]] const std::vector<std::string>& asked() const { return server_.asked; }
  /// Whether one of them was this.
  [[nodiscard]] bool was_asked(const std::string& request) const;
  /// The jobs that are not over.
  [[nodiscard]] std::vector<std::string> running() const;

  std::map<std::string, Job> jobs;
  std::map<std::string, TaskManager> task_managers;
  /// Of the vertex of each job, its source: JSON by name.
  std::map<std::string, std::string> metrics = {{"numRecordsOut", "100.0"}, {"busyTimeMsPerSecond", "500.0"}};
  /// Called when a job was submitted.
  std::function<void()> after_run = [] {};
  /// What jobs are called that are submitted.
  std::string submitted_name = "org.jzx.WordCount";
  /// Jobs of more than this fail as soon as they begin.
  std::uint32_t runs_at_most = 1000;

 private:
  void act_on(const httplib::Request& request);
  void post(const std::string& target, const std::string& body);
  void set_answers();

  std::map<std::string, std::string> savepoints_;  ///< paths, by `job/trigger`
  AnswerServer server_;
};

}  // namespace temblor
