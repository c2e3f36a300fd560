#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cli/terminal.h"

namespace temblor {

/// How far some work is.
struct WorkDone {
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  ///< where it is known
  double per_second = 0;               ///< how fast it goes at the moment
  std::string_view unit;               ///< in the plural: "records"
  std::string note;                    ///< what else there is to say: "42 windows"
};

/// `42 %  1,234,567 records  512,000 records/s  0:12 left  42 windows`.
std::string to_line(const WorkDone& work);

/// One line on the terminal that tells how far long work is, drawn anew in its place. Silent where standard error is
/// no terminal. One thread at a time.
class ProgressLine {
 public:
  /// `unit` must live as long as this.
  ProgressLine(Clock& clock, std::string_view unit, bool terminal = stderr_is_terminal());
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// May be called as often as one likes: it draws five times a second at most, and first after half a second, so
  /// that short work shows none. `note` stands at the end of the line.
  void show(std::uint64_t done, std::optional<std::uint64_t> total, std::string note = {});

  /// Takes the line away, before other text is written there.
  void clear();

 private:
  Clock& clock_;
  std::string_view unit_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::nanoseconds last_;  ///< when the line was drawn last, at first when the work began
  bool first_ = true;
  std::uint64_t last_done_ = 0;
  double per_second_ = 0;
};

}  // namespace temblor
