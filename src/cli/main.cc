#include <csignal>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/file_system.h"
#include "base/heap.h"
#include "base/thrown.h"
#include "cli/answer.h"
#include "cli/log.h"
#include "cli/program.h"

namespace {

std::uint64_t random_bits() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace

int main(int argc, char** argv) {
  temblor::keep_freed_memory();
  // A reader of our output that goes away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    temblor::set_up_log(spdlog::level::info);
    temblor::SystemClock clock;
    temblor::PosixFileSystem files;
    return temblor::run_program({argv + 1, argv + argc}, {clock, files, random_bits()});
  } catch (...) {
    return temblor::report(temblor::thrown_error());
  }
}
