#include "elastic/local_time.h"

#include <fmt/format.h>

#include <ctime>

namespace temblor::elastic {
namespace {

std::tm local(Timestamp t) {
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

std::string local_time_text(Timestamp t) {
  const std::tm parts = local(t);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::chrono::minutes local_time_of_day(Timestamp t) {
  const std::tm parts = local(t);
  return std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min);
}

}  // namespace temblor::elastic
