#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace temblor {

/// How a program ended, and what it said.
struct ProgramEnd {
  int status = 0;      ///< its exit code; 128 + N where signal N ended it
  std::string output;  ///< standard output and error as they came, the first 64 KiB of it
};

/// The only place that runs other programs. Any thread may call it.
class Programs {
 public:
  virtual ~Programs() = default;

  /// Runs a program (looked for in PATH where its name has no slash) with its arguments as they are: no shell reads
  /// them. Its standard input is empty; it has a session of its own, so that what it leaves running outlives this
  /// process. Returns when it has ended, whoever still holds its output; after `limit` it is killed with its session's
  /// process group, and that is the world's error, as is a program that cannot be started.
  virtual Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds limit) = 0;
};

/// What this host is called; empty where it has no name.
std::string host_name();

/// Where the program that runs lies; empty where the system does not tell.
std::string own_path();

/// The programs of the machine (POSIX).
class PosixPrograms final : public Programs {
 public:
  Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds limit) override;
};

}  // namespace temblor
