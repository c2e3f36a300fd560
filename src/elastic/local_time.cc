#include "elastic/local_time.h"

#include <fmt/format.h>

#include <ctime>

namespace temblor::elastic {
namespace {

std::tm broken_down(Timestamp time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm result{};
  localtime_r(&seconds, &result);
  return result;
}

}  // namespace

std::string local_time(Timestamp time) {
  constexpr int kFirstYear = 1900;
  const std::tm t = broken_down(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.tm_year + kFirstYear, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                     t.tm_min, t.tm_sec);
}

std::chrono::minutes local_time_of_day(Timestamp time) {
  const std::tm t = broken_down(time);
  return std::chrono::hours(t.tm_hour) + std::chrono::minutes(t.tm_min);
}

}  // namespace temblor::elastic
