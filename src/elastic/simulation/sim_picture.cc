#include "elastic/simulation/sim_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "elastic/simulation/sim_table.h"
#include "elastic/texts.h"

namespace temblor::elastic {
namespace {

constexpr double kWidth = 1200;
constexpr double kLeft = 90;
constexpr double kRight = 1170;
constexpr double kTop = 64;
constexpr double kGap = 54;
constexpr double kMark = 11;   // the height of a mark
constexpr double kMarks = 14;  // and of a row of them

// Colours that are told apart by people who see fewer of them (Okabe and Ito, 2008).
constexpr std::string_view kBlue = "#0072B2";
constexpr std::string_view kOrange = "#E69F00";
constexpr std::string_view kGreen = "#009E73";
constexpr std::string_view kRed = "#D55E00";
constexpr std::string_view kGrey = "#666666";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '&') {
      result += "&amp;";
    } else if (c == '>') {
      result += "&gt;";
    } else {
      result += c;
    }
  }
  return result;
}

/// A value that is shown over time.
struct Curve {
  std::string_view name;
  std::string_view colour;
  std::function<double(const SimPoint&)> value;
  bool filled = false;
  bool steps = false;  ///< it jumps from value to value
};

struct Panel {
  std::string_view name;
  double height;
  std::vector<Curve> curves;
};

/// The smallest of 1, 2, 5 × 10^n that is not below `number`, at least 1.
double round_above(double number) {
  double power = 1;
  while (power * 10 < number) power *= 10;
  for (const double times : {1.0, 2.0, 5.0}) {
    if (power * times >= number) return power * times;
  }
  return power * 10;
}

std::string short_number(double number) {
  constexpr std::array<std::pair<double, std::string_view>, 3> kUnits = {{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [unit, name] : kUnits) {
    if (number >= unit) return fmt::format("{:g}{}", number / unit, name);
  }
  return fmt::format("{:g}", number);
}

class Picture {
 public:
  Picture(const SimRun& run, std::string_view title) : run_(run), title_(title) {}

  std::string draw() {
    const std::array<Panel, 3> panels = {
        Panel{"records/s",
              220,
              {{"load", kBlue, [](const SimPoint& p) { return p.load; }, true},
               {"capacity", kOrange, [](const SimPoint& p) { return p.capacity; }, false, true}}},
        Panel{"records that wait", 110, {{"backlog", kRed, [](const SimPoint& p) { return p.backlog; }, true}}},
        Panel{
            "number",
            140,
            {{"parallelism", kGreen, [](const SimPoint& p) { return static_cast<double>(p.parallelism); }, false, true},
             {"TaskManagers", kBlue, [](const SimPoint& p) { return static_cast<double>(p.task_managers); }, false,
              true}}}};
    double top = kTop;
    for (const Panel& panel : panels) top += panel.height + kGap;
    const double marks = top - kGap + 22;
    const double hours = marks + 2 * kMarks;
    const double height = hours + 34;
    draw_hours(hours);  // first, under the curves
    top = kTop;
    for (const Panel& panel : panels) {
      draw_panel(panel, top);
      top += panel.height + kGap;
    }
    draw_marks(marks);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
               "{1:.0f}\" font-family=\"DejaVu Sans, Arial, sans-serif\" font-size=\"13\">\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
               "<text x=\"{2:.0f}\" y=\"28\" font-size=\"17\">{3}</text>\n",
               kWidth, height, kLeft, escaped(title_)) +
           body_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double x_of(Milliseconds at) const {
    return kLeft + (kRight - kLeft) * (std::chrono::duration<double>(at) / std::chrono::duration<double>(run_.length));
  }

  void draw_panel(const Panel& panel, double top) {
    double most = 0;
    for (const Curve& curve : panel.curves) {
      for (const SimPoint& point : run_.points) most = std::max(most, curve.value(point));
    }
    const double scale = nice_top(most);
    const double bottom = top + panel.height;
    constexpr int kLines = 4;
    for (int i = 0; i <= kLines; ++i) {
      const double y = bottom - panel.height * i / kLines;
      body_ += fmt::format(
          "<line x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#dddddd\"/>"
          "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n",
          kLeft, kRight, y, y, kLeft - 8, y + 4, kGrey, short_number(scale * i / kLines));
    }
    double x = kLeft;
    for (const Curve& curve : panel.curves) {
      draw_curve(curve, bottom, panel.height / scale);
      body_ += fmt::format(
          "<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"14\" height=\"5\" fill=\"{}\"/><text x=\"{:.0f}\" "
          "y=\"{:.0f}\">{}</text>\n",
          x, top - 14, curve.colour, x + 19, top - 8, curve.name);
      x += 140;
    }
    body_ += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n", kRight, top - 8,
                         kGrey, panel.name);
  }

  /// A round number that four lines cut into round parts.
  static double nice_top(double most) { return 4 * round_above(std::max(most, 4.0) / 4); }

  void draw_curve(const Curve& curve, double bottom, double scale) {
    std::string path;
    double before = bottom;
    for (std::size_t i = 0; i < run_.points.size(); ++i) {
      const SimPoint& point = run_.points[i];
      const double x = x_of(point.at);
      const double y = bottom - curve.value(point) * scale;
      if (i > 0 && curve.steps) path += fmt::format("L{:.1f} {:.1f}", x, before);
      path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x, y);
      before = y;
    }
    path += fmt::format("L{:.1f} {:.1f}", kRight, before);
    if (curve.filled) {
      body_ += fmt::format("<path d=\"{}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\" fill=\"{}\" fill-opacity=\"0.18\"/>\n", path,
                           kRight, bottom, kLeft, bottom, curve.colour);
    }
    body_ += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n", path, curve.colour);
  }

  /// A triangle for each action, up where it grows, in the colour and the row of what it changes, red where it failed;
  /// hovering tells what it was.
  void draw_marks(double top) {
    const Texts texts(Language::kEnglish);
    for (const DecisionRecord& event : run_.events) {
      const double x = x_of(event.time.time_since_epoch());
      for (std::size_t i = 0; i < event.decision.actions.size(); ++i) {
        const Action& action = event.decision.actions[i];
        const bool done = i < event.outcomes.size() && event.outcomes[i].done;
        const double row = action.target == Target::kParallelism ? top : top + kMarks;
        const double point = action.grows() ? row : row + kMark;
        const double base = action.grows() ? row + kMark : row;
        body_ += fmt::format(
            "<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\" fill=\"{}\"><title>{} {}{}</title></path>\n", x,
            point, x - 5, base, x + 5, base,
            !done                                   ? kRed
            : action.target == Target::kParallelism ? kGreen
                                                    : kBlue,
            sim_clock(event.time.time_since_epoch()), texts.action(action), done ? "" : " (failed)");
      }
    }
    body_ += fmt::format("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"{}\">actions</text>\n", kLeft - 8,
                         top + kMarks + 3, kGrey);
  }

  void draw_hours(double top) {
    constexpr std::array<int, 9> kMinutes = {1, 5, 10, 30, 60, 120, 180, 360, 1440};
    constexpr int kMostTicks = 13;
    Milliseconds tick = std::chrono::minutes(kMinutes.back());
    for (const int minutes : kMinutes) {
      tick = std::chrono::minutes(minutes);
      if (run_.length / tick < kMostTicks) break;
    }
    while (run_.length / tick >= kMostTicks) tick *= 2;
    for (Milliseconds at{}; at <= run_.length; at += tick) {
      body_ += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.1f}\" stroke=\"#eeeeee\"/>"
          "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\" fill=\"{4}\">{5}</text>\n",
          x_of(at), kTop, top, top + 22, kGrey, sim_clock(at).substr(0, sim_clock(at).size() - 3));
    }
  }

  const SimRun& run_;
  std::string title_;
  std::string body_{};
};

}  // namespace

std::string sim_picture(const SimRun& run, std::string_view title) { return Picture(run, title).draw(); }

}  // namespace temblor::elastic
