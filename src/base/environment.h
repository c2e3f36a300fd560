#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/file_system.h"

namespace temblor {

/// The world as a part of the program may see it. Made once in main, or by a test; outlives everything that holds it.
struct Environment {
  Clock& clock;
  FileSystem& files;
  /// Random bits of this process, against senders who choose ids that collide in hash tables.
  /// No result depends on them.
  std::uint64_t hash_seed;
};

}  // namespace temblor
