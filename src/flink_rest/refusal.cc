#include "flink_rest/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace temblor::flink_rest {
namespace {

constexpr std::size_t kLongestLine = 500;
constexpr std::string_view kCaused = "Caused by: ";

std::string_view first_line(std::string_view text) { return front_of(text.substr(0, text.find('\n')), kLongestLine); }

/// Whether it is a name of a class with its packages: `org.apache.flink.util.FlinkException`.
bool is_class(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.find_first_of(" \t\"'(") == std::string_view::npos;
}

std::string_view without_class(std::string_view line) {
  while (true) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || !is_class(line.substr(0, colon))) return line;
    line.remove_prefix(colon + 2);
  }
}

}  // namespace

std::string cause_of(std::string_view stack_trace) {
  // Of a line of its own: what is quoted from somewhere else may hold these words too.
  const std::string line_start = "\n" + std::string(kCaused);
  const std::size_t last = stack_trace.rfind(line_start);
  std::string_view line = last == std::string_view::npos ? stack_trace : stack_trace.substr(last + line_start.size());
  line = without_class(first_line(line));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return std::string(line);
}

Error refusal(const std::string& address, int status, std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  std::string what;
  if (json.is_object() && json.contains("errors") && json["errors"].is_array()) {
    // Flink says first in a word what it was doing, and then why it could not.
    for (const auto& error : json["errors"]) {
      if (error.is_string()) what = cause_of(error.get<std::string>());
    }
  }
  if (what.empty()) what = fmt::format("refuses with HTTP status {}", status);
  return {Blame::kWorld, what, address, "the JobManager's log says more"};
}

}  // namespace temblor::flink_rest
