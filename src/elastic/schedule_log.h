#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "elastic/situation.h"
#include "elastic/texts.h"

namespace temblor::elastic {

/// The lines of a decision as the schedule log has them, before anything is done: that it begins, the state, and each
/// finding.
std::vector<std::string> decision_lines(const Situation& situation, const Decision& decision, const Texts& texts);

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
