#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file_system.h"
#include "elastic/schedule_log.h"

namespace temblor::elastic {

/// Tells of each step as it is taken: in LOG_DIR/elastic_schedule.log, and on the standard output where somebody looks.
/// What cannot be written, on a full disk say, is left out: scaling goes on. One thread at a time.
class Announcer {
 public:
  /// `shown`: on the standard output too.
  Announcer(FileSystem& files, const Clock& clock, const std::string& log_dir, bool shown)
      : files_(files), clock_(clock), log_(files, clock, log_dir + "/elastic_schedule.log"), shown_(shown) {}

  void write(std::string_view line) {
    if (shown_) static_cast<void>(files_.standard_output()->append(dated(clock_.now(), line) + "\n"));
    static_cast<void>(log_.append({std::string(line)}));
  }

 private:
  FileSystem& files_;
  const Clock& clock_;
  ScheduleLog log_;
  bool shown_;
};

}  // namespace temblor::elastic
