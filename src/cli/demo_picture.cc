#include "cli/demo_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "cli/number_text.h"
#include "schema/printable.h"

namespace temblor {
namespace {

constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::size_t kLongestLabel = 20;
constexpr std::size_t kGap = 2;  // between a label and its row

/// The time that a picture covers, cut into columns of equal length.
struct Columns {
  Timestamp begin{};
  Milliseconds step{1000};
  std::size_t count = 0;

  [[nodiscard]] std::size_t at(Timestamp t) const { return static_cast<std::size_t>((t - begin) / step); }
};

Columns columns_for(const WindowHistory& history, std::size_t most) {
  Timestamp first = Timestamp::max();
  Timestamp last = Timestamp::min();
  for (const auto& [id, windows] : history) {
    if (windows.empty()) continue;
    first = std::min(first, windows.front().start);
    last = std::max(last, windows.back().start);
  }
  if (last < first) return {};
  // Whole seconds, as windows are in the demo: a column never holds a part of one.
  const std::int64_t seconds = (last - first) / std::chrono::seconds(1) + 1;
  const auto per_column = (seconds + static_cast<std::int64_t>(most) - 1) / static_cast<std::int64_t>(most);
  return {first, std::chrono::seconds(per_column), static_cast<std::size_t>((seconds + per_column - 1) / per_column)};
}

/// 0 for quiet, 1 for the largest swing of the sensor; nothing where it sent none.
std::vector<std::optional<double>> levels(const std::vector<SensorWindow>& windows, const Columns& columns) {
  std::vector<std::optional<double>> swings(columns.count);
  double largest = 0;
  for (const SensorWindow& window : windows) {
    auto& swing = swings[columns.at(window.start)];
    swing = std::max(swing.value_or(0), window.swing());
    largest = std::max(largest, window.swing());
  }
  const double quiet = quiet_swing(windows);
  const double span = std::log(std::max(largest / quiet, 1.001));
  for (auto& swing : swings) {
    if (swing) swing = std::clamp(std::log(std::max(*swing / quiet, 1.0)) / span, 0.0, 1.0);
  }
  return swings;
}

std::vector<bool> event_columns(const std::vector<ShakingEvent>& events, const Columns& columns) {
  std::vector<bool> shaken(columns.count);
  for (const ShakingEvent& event : events) {
    for (std::size_t i = columns.at(event.start); i <= columns.at(event.last); ++i) shaken[i] = true;
  }
  return shaken;
}

std::string bars(const std::vector<std::optional<double>>& row, const std::vector<bool>& shaken, bool colour) {
  std::string text;
  bool red = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (colour && shaken[i] != red) text += (red = shaken[i]) ? kRed : kPlain;
    text += row[i] ? kBlocks[static_cast<std::size_t>(std::lround(*row[i] * (kBlocks.size() - 1)))] : " ";
  }
  if (red) text += kPlain;
  return text;
}

std::string clock_text(Timestamp t, bool seconds) { return to_iso8601(t).substr(11, seconds ? 8 : 5); }

/// `│16:25` at every round time, as many as have room.
std::string axis(const Columns& columns) {
  constexpr std::array<int, 8> kMinutes = {1, 2, 5, 10, 30, 60, 360, 1440};
  constexpr std::size_t kLabel = 8;
  Milliseconds tick{};
  for (const int minutes : kMinutes) {
    tick = std::chrono::minutes(minutes);
    if (static_cast<std::size_t>(tick / columns.step) >= kLabel) break;
  }
  const std::string begin = clock_text(columns.begin, true);
  std::string text = begin;
  Timestamp t = std::chrono::floor<std::chrono::days>(columns.begin);
  while (t < columns.begin) t += tick;
  std::size_t used = begin.size();
  for (; columns.at(t) + 6 <= columns.count; t += tick) {
    const std::size_t at = columns.at(t);
    if (at <= used) continue;
    text += std::string(at - used, ' ') + "│" + clock_text(t, false);
    used = at + 6;
  }
  return text;
}

/// The events' numbers under the columns in which they begin.
std::string event_marks(const std::vector<ShakingEvent>& events, const Columns& columns) {
  std::string text;
  std::size_t used = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const std::size_t at = columns.at(events[i].start);
    if (at < used) continue;
    text += std::string(at - used, ' ') + "▲" + number;
    used = at + 1 + number.size();
  }
  return text;
}

}  // namespace

std::string draw_history(const WindowHistory& history, const std::vector<ShakingEvent>& events,
                         const PictureStyle& style) {
  std::size_t label = 0;
  for (const auto& [id, windows] : history) label = std::max(label, std::min(id.size(), kLongestLabel));
  const std::size_t margin = label + kGap;
  const Columns columns = columns_for(history, style.columns - margin);
  if (columns.count == 0) return {};
  const std::vector<bool> shaken = event_columns(events, columns);
  std::string text;
  std::size_t rows = 0;
  for (const auto& [id, windows] : history) {
    if (rows++ == kMostRows) {
      text += fmt::format("… and {} more\n", history.size() - kMostRows);
      break;
    }
    text += fmt::format("{:<{}}{}\n", printable(id.substr(0, kLongestLabel)), margin,
                        bars(levels(windows, columns), shaken, style.colour));
  }
  text += std::string(margin, ' ') + axis(columns) + "\n";
  if (!events.empty()) text += std::string(margin, ' ') + event_marks(events, columns) + "\n";
  return text;
}

std::string list_events(const std::vector<ShakingEvent>& events, const PictureStyle& style) {
  constexpr double kBar = 24;
  double strongest = 1;
  for (const ShakingEvent& event : events) strongest = std::max(strongest, event.strength);
  std::string text;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const ShakingEvent& event = events[i];
    const double share = std::log(std::max(event.strength, 1.0)) / std::max(std::log(strongest), 1e-9);
    std::string bar;
    const auto blocks = static_cast<std::size_t>(std::max(1L, std::lround(share * kBar)));
    for (std::size_t b = 0; b < blocks; ++b) bar += "█";
    std::string stations;
    for (const std::string& station : event.stations) stations += (stations.empty() ? "" : " ") + printable(station);
    text += fmt::format("{:>3}  {}  {}{}{}{} {:>7} × quiet  {}\n", i + 1, clock_text(event.start, true),
                        style.colour ? kRed : "", bar, style.colour ? kPlain : "",
                        std::string(static_cast<std::size_t>(kBar) - blocks, ' '), rounded(event.strength), stations);
  }
  return text;
}

}  // namespace temblor
