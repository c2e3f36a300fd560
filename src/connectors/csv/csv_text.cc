#include "connectors/csv/csv_text.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "schema/float_text.h"

namespace temblor {
namespace {

constexpr std::string_view kHeader =
    "sensor_id,window_start_ts,window_end_ts,avg_amplitude,max_amplitude,min_amplitude,"
    "p_phase_count,s_phase_count,n_phase_count\n";

void append_integer(std::int64_t value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_field(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void append_csv(const WindowResults& results, std::string& out) {
  constexpr std::size_t kUsualRowBytes = 80;
  out.reserve(out.size() + kHeader.size() + results.rows.size() * kUsualRowBytes);
  out.append(kHeader);
  std::string times = ",";  // the same in every row
  append_integer(to_ms(results.window_start), times);
  times.push_back(',');
  append_integer(to_ms(results.window_end), times);
  times.push_back(',');
  for (const ResultRow& row : results.rows) {
    append_field(row.sensor_id, out);
    out.append(times);
    append_float_text(row.avg_amplitude, out);
    out.push_back(',');
    append_float_text(row.max_amplitude, out);
    out.push_back(',');
    append_float_text(row.min_amplitude, out);
    out.push_back(',');
    append_integer(row.p_phase_count, out);
    out.push_back(',');
    append_integer(row.s_phase_count, out);
    out.push_back(',');
    append_integer(row.n_phase_count, out);
    out.push_back('\n');
  }
}

std::string csv_folder(Timestamp window_start) {
  const auto day = std::chrono::floor<std::chrono::days>(window_start);
  const std::chrono::year_month_day date(day);
  const auto hour = std::chrono::floor<std::chrono::hours>(window_start - day);
  return fmt::format("{:04}-{:02}-{:02}/{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), hour.count());
}

std::string csv_name(Timestamp window_start) { return fmt::format("{}.csv", to_ms(window_start)); }

}  // namespace temblor
