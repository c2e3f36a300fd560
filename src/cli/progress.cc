#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "cli/number_text.h"
#include "cli/terminal.h"

namespace temblor {
std::string to_line(const WorkDone& work) {
  std::string line;
  if (work.total && *work.total > 0) {
    const double share = static_cast<double>(std::min(work.done, *work.total)) / static_cast<double>(*work.total);
    line += fmt::format("{:.0f} %  ", std::floor(share * 100));
  }
  line += fmt::format("{} {}  {} {}/s", grouped(work.done), work.unit, rounded(work.per_second), work.unit);
  if (work.total && work.per_second >= 1 && *work.total > work.done) {
    line += "  " + minutes_seconds(static_cast<double>(*work.total - work.done) / work.per_second) + " left";
  }
  if (!work.note.empty()) line += "  " + work.note;
  return line;
}

ProgressLine::ProgressLine(Clock& clock, std::string_view unit, bool terminal)
    : clock_(clock), unit_(unit), terminal_(terminal), last_(clock.monotonic()) {}

void ProgressLine::show(std::uint64_t done, std::optional<std::uint64_t> total, std::string note) {
  if (!terminal_) return;
  const auto now = clock_.monotonic();
  const std::chrono::duration<double> passed = now - last_;
  if (passed < (first_ ? std::chrono::milliseconds(500) : std::chrono::milliseconds(200))) return;
  // Half the weight to what was measured now: steady enough to read, and it follows within a second.
  const double measured = static_cast<double>(done - std::min(done, last_done_)) / passed.count();
  per_second_ = first_ ? measured : (per_second_ + measured) / 2;
  first_ = false;
  last_ = now;
  last_done_ = done;
  std::string line = to_line({done, total, per_second_, unit_, std::move(note)});
  line.resize(std::min(line.size(), terminal_width() - 1));  // a line that wraps could not be drawn over
  write_to_stderr("\r\x1b[K" + line);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (!drawn_) return;
  write_to_stderr("\r\x1b[K");
  drawn_ = false;
}

}  // namespace temblor
