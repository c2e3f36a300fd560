#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace temblor::elastic {

/// Lays out the folder of a scaler, as the runbook knows it: conf/elastic.conf, the four scripts, log/, metrics/ and
/// savepoints/; and the word count where the conf says that the job's jar lies.
class Installation {
 public:
  /// `home` is the folder, an absolute path; `program` is this program, which the scripts run; `word_count` is the jar.
  Installation(FileSystem& files, std::string home, std::string program, std::string word_count)
      : files_(files), home_(std::move(home)), program_(std::move(program)), word_count_(std::move(word_count)) {}

  /// Does it, and tells what was made, one line each. A conf or a jar that is there already is a person's and stays;
  /// scripts are written anew.
  Result<std::vector<std::string>> lay_out();

  /// Where the job's jar goes to, outside of the folder.
  static constexpr const char* kJobJar = "/opt/flink_jobs/wordcount.jar";

 private:
  Result<void> write_script(const std::string& name, const std::string& text);

  FileSystem& files_;
  std::string home_;
  std::string program_;
  std::string word_count_;
};

/// The conf of a new folder, its own paths in it.
std::string new_conf(const std::string& home);

}  // namespace temblor::elastic
