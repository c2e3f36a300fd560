#pragma once

#include <string>

#include "base/file_system.h"
#include "elastic/flink_jobs.h"
#include "flink_rest/client.h"

namespace temblor::elastic {

/// The jobs of a real cluster.
class RestFlinkJobs final : public FlinkJobs {
 public:
  /// `patient` asks for what takes its time: it is to wait for as long as Http::kPatience. Jars are read from `files`.
  /// All outlive the object.
  RestFlinkJobs(flink_rest::Client& client, flink_rest::Client& patient, FileSystem& files)
      : client_(client), patient_(patient), files_(files) {}

  Result<std::optional<FlinkJob>> job(const std::string& id) override;
  Result<std::vector<std::string>> running(const std::string& name) override;
  Result<Reply> stop(const StopRequest& request) override;
  Result<SavepointState> savepoint(const std::string& job, const std::string& trigger) override;
  /// Takes the jar to the JobManager each time, and away again: the one there may have been forgotten or changed.
  Result<Reply> start(const StartRequest& request) override;
  Result<void> cancel(const std::string& id) override { return client_.cancel(id); }
  Result<std::optional<JobEnd>> end_of(const std::string& id) override;
  Result<std::string> failure(const std::string& id) override { return client_.failure(id); }

 private:
  flink_rest::Client& client_;
  flink_rest::Client& patient_;
  FileSystem& files_;
};

}  // namespace temblor::elastic
