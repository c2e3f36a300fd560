#pragma once

#include <atomic>

namespace temblor {

/// From now on SIGTERM and SIGINT ask for an orderly end: they set the flag that is returned. A second one of the same
/// kind ends the process at once.
const std::atomic<bool>& stop_on_signal();

}  // namespace temblor
