#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdint>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/file_system.h"
#include "cli/command_line.h"
#include "cli/program.h"
#include "cli/terminal.h"

namespace {

/// The log goes to standard error: standard output is for results.
void set_up_log() {
  spdlog::set_default_logger(spdlog::stderr_color_mt("temblor"));
  // On a terminal a progress line may stand where the log line comes: back to the margin, and erase it.
  const std::string margin = temblor::stderr_is_terminal() ? "\r\x1b[K" : "";
  spdlog::set_pattern(margin + "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
}

std::uint64_t random_bits() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of our output that goes away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    set_up_log();
    temblor::SystemClock clock;
    temblor::PosixFileSystem files;
    return temblor::run_program({argv + 1, argv + argc}, {clock, files, random_bits()});
  } catch (const std::bad_alloc&) {
    return temblor::report(
        {temblor::Blame::kWorld, "out of memory", "temblor", "give it more, or lower --max-sensors"});
  } catch (const std::exception& e) {
    return temblor::report({temblor::Blame::kBug, e.what(), "temblor", "a bug: please report it"});
  }
}
