#include "elastic/schedule_log.h"

#include <fmt/format.h>

#include "elastic/local_time.h"

namespace temblor::elastic {

void ScheduleLog::write(std::string_view line) {
  const std::string text = fmt::format("[{}] {}\n", local_time(clock_.now()), line);
  if (shown_) static_cast<void>(files_.standard_output()->append(text));
  if (!files_.create_directories(log_dir_)) return;
  if (auto log = files_.open_append(log_dir_ + "/elastic_schedule.log"); log) static_cast<void>((*log)->append(text));
}

}  // namespace temblor::elastic
