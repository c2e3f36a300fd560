#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"

namespace temblor::elastic {

/// A log that people read, such as LOG_DIR/elastic_schedule.log: each line behind `[2025-11-30 12:00:00] `, by the
/// local time. One thread; several processes may append to the same file.
class ScheduleLog {
 public:
  ScheduleLog(FileSystem& files, const Clock& clock, std::string path);

  /// Appends lines, with the file and its folder where they are missing.
  Result<void> append(const std::vector<std::string>& lines);

 private:
  FileSystem& files_;
  const Clock& clock_;
  std::string path_;
};

/// `[2025-11-30 12:00:00] line`.
std::string dated(Timestamp time, std::string_view line);

}  // namespace temblor::elastic
