#include "elastic/alerts.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_values.h"
#include "base/utf8.h"
#include "elastic/local_time.h"

namespace temblor::elastic {
namespace {

constexpr std::size_t kLongestFile = std::size_t{1} << 20U;
constexpr std::size_t kLongestMessage = 2000;

/// One line of bearable length: a message may hold what some server said.
std::string one_line(std::string_view text) {
  std::string line(front_of(text, kLongestMessage));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

}  // namespace

std::string_view to_string(AlertLevel level) {
  switch (level) {
    case AlertLevel::kInfo:
      return "INFO";
    case AlertLevel::kWarn:
      return "WARN";
    case AlertLevel::kError:
      break;
  }
  return "ERROR";
}

AlertLevel alert_level_from(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (upper == "INFO") return AlertLevel::kInfo;
  if (upper == "WARN" || upper == "WARNING") return AlertLevel::kWarn;
  return AlertLevel::kError;
}

std::string webhook_message(const Alert& alert, Timestamp now, const std::string& host) {
  constexpr const char* kSeverities[] = {"info", "warning", "critical"};
  const char* status = alert.is_over ? "resolved" : "firing";
  const nlohmann::json labels = {{"alertname", "temblor_elastic"},
                                 {"instance", host},
                                 {"severity", kSeverities[static_cast<std::size_t>(alert.level)]},
                                 {"trouble", alert.trouble}};
  const nlohmann::json annotations = {{"summary", alert.message}};
  const nlohmann::json message = {{"version", "4"},
                                  {"receiver", "temblor"},
                                  {"status", status},
                                  {"groupKey", alert.trouble},
                                  {"groupLabels", {{"alertname", "temblor_elastic"}}},
                                  {"commonLabels", labels},
                                  {"commonAnnotations", annotations},
                                  {"truncatedAlerts", 0},
                                  {"alerts",
                                   {{{"status", status},
                                     {"labels", labels},
                                     {"annotations", annotations},
                                     {"startsAt", to_iso8601(alert.began)},
                                     {"endsAt", alert.is_over ? to_iso8601(now) : "0001-01-01T00:00:00Z"},
                                     {"fingerprint", alert.trouble}}}}};
  return message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Alerts::raise(AlertLevel level, const std::string& trouble, const std::string& message) {
  auto open = read_open();
  const Timestamp now = clock_.now();
  const auto [found, is_new] =
      open.try_emplace(trouble, OpenTrouble{.level = level, .began = now, .told = now, .folded = 0});
  OpenTrouble& known = found->second;
  const bool fold = !is_new && now >= known.told && now - known.told < repeat_ && level <= known.level;
  if (fold) {
    ++known.folded;
    write_open(open);
    return;
  }
  const std::string text = known.folded == 0 ? message : fmt::format("{} [+{}]", message, known.folded);
  known = {.level = level, .began = known.began, .told = now, .folded = 0};
  write_open(open);
  send({.level = level, .trouble = trouble, .message = one_line(text), .began = known.began, .is_over = false}, text);
}

void Alerts::resolve(const std::string& trouble, const std::string& message) {
  auto open = read_open();
  const auto found = open.find(trouble);
  if (found == open.end()) return;
  const Alert alert{.level = AlertLevel::kInfo,
                    .trouble = trouble,
                    .message = one_line(message),
                    .began = found->second.began,
                    .is_over = true};
  open.erase(found);
  write_open(open);
  send(alert, message);
}

void Alerts::resolve_all(std::string_view beginning, const std::string& message) {
  for (const auto& [trouble, known] : read_open()) {
    if (trouble.starts_with(beginning)) resolve(trouble, message);
  }
}

void Alerts::tell(AlertLevel level, const std::string& message) {
  send({.level = level, .trouble = message, .message = one_line(message), .began = clock_.now(), .is_over = false},
       message);
}

void Alerts::send(const Alert& alert, const std::string& message) {
  write_line(alert.level, message);
  for (const auto& [name, channel] : channels_) {
    if (const auto sent = channel(alert); !sent) {
      write_line(AlertLevel::kWarn, fmt::format("{}: {}", name, sent.error().to_line()));
    }
  }
}

void Alerts::write_line(AlertLevel level, std::string_view message) {
  const std::string line = fmt::format("[{}] [{}] {}\n", local_time(clock_.now()), to_string(level), one_line(message));
  // Where even this cannot be written, the disk is full: the channels are left, and the trouble stays.
  if (!files_.create_directories(directory_of(log_))) return;
  if (auto log = files_.open_append(log_); log) static_cast<void>((*log)->append(line));
}

OpenTroubles Alerts::read_open() {
  if (unwritten_) return *unwritten_;
  OpenTroubles open;
  if (!files_.exists(open_)) return open;
  const auto text = read_file(files_, open_, kLongestFile);
  if (!text) return open;
  // What cannot be read is told again: better twice than never.
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return open;
  for (const auto& [trouble, each] : json.items()) {
    if (!each.is_object()) continue;
    try {
      open[trouble] = {.level = alert_level_from(each.at("level").get<std::string>()),
                       .began = moment(each.at("began_ms")),
                       .told = moment(each.at("told_ms")),
                       .folded = whole_number<std::int64_t>(each.at("folded"))};
    } catch (const nlohmann::json::exception&) {
      continue;
    }
  }
  return open;
}

void Alerts::write_open(const OpenTroubles& open) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [trouble, each] : open) {
    json[trouble] = {{"level", to_string(each.level)},
                     {"began_ms", to_ms(each.began)},
                     {"told_ms", to_ms(each.told)},
                     {"folded", each.folded}};
  }
  const std::string text = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const bool written = files_.create_directories(directory_of(open_)) && replace_file(files_, open_, text);
  unwritten_ = written ? std::nullopt : std::optional(open);
}

}  // namespace temblor::elastic
