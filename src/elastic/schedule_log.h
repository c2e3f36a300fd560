#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file_system.h"

namespace temblor::elastic {

/// LOG_DIR/elastic_schedule.log: lines behind `[2025-11-30 12:00:00] `, and on the standard output where somebody
/// looks. What cannot be written, on a full disk say, is left out: scaling goes on. One thread at a time.
class ScheduleLog {
 public:
  /// `shown`: on the standard output too.
  ScheduleLog(FileSystem& files, const Clock& clock, std::string log_dir, bool shown)
      : files_(files), clock_(clock), log_dir_(std::move(log_dir)), shown_(shown) {}

  void write(std::string_view line);

 private:
  FileSystem& files_;
  const Clock& clock_;
  std::string log_dir_;
  bool shown_;
};

}  // namespace temblor::elastic
