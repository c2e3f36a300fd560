#include "cli/stop_signal.h"

#include <csignal>

namespace temblor {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch what needs no lock");

extern "C" void request_stop(int /*signal*/) { stop.store(true); }

}  // namespace

const std::atomic<bool>& stop_on_signal() {
  struct sigaction action = {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  return stop;
}

}  // namespace temblor
