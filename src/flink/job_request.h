#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "settings/command_line.h"
#include "settings/process_settings.h"

namespace temblor::flink {

/// What somebody asks of a job on Flink, read and checked.
struct JobRequest {
  std::optional<std::string> answer;  ///< help, or the settings in force: to be shown; nothing else is to be done then
  WrittenSettings written{};
  std::string settings{};  ///< JSON, as org.temblor.flink.JobSettings reads it
};

/// Reads the command line of a job on Flink into the options of `app`, by the settings of `temblor process` and its
/// files. What makes no sense on a cluster is refused, with what takes its place. Touches nothing but the file that
/// --config names. All errors are the user's.
Result<JobRequest> read_job_request(CLI::App& app, const std::vector<std::string>& arguments, FileSystem& files);

/// What a command line must say for the same, whatever host reads it: without files, and without what is the default.
std::vector<std::string> to_arguments(const WrittenSettings& written);

}  // namespace temblor::flink
