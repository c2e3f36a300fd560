#include "elastic/schedule_log.h"

#include <fmt/format.h>

#include "elastic/file_tail.h"
#include "elastic/local_time.h"

namespace temblor::elastic {

ScheduleLog::ScheduleLog(FileSystem& files, const Clock& clock, std::string path)
    : files_(files), clock_(clock), path_(std::move(path)) {}

Result<void> ScheduleLog::append(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) TEMBLOR_TRY(append_line(files_, path_, dated(clock_.now(), line)));
  return {};
}

std::string dated(Timestamp time, std::string_view line) {
  std::string text = fmt::format("[{}] {}", local_time(time), line);
  // What a server says may have several lines; one event stays one line.
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace temblor::elastic
