#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/program.h"
#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// The hosts of the cluster, as far as shell scripts are run there: this one by itself, the others over ssh, which must
/// let this user in without asking. One thread at a time.
class Hosts {
 public:
  /// `own_names` are what this host is called; `limit` is for each script. `programs` outlives the object.
  Hosts(Programs& programs, std::vector<std::string> own_names, Milliseconds limit)
      : programs_(programs), own_names_(std::move(own_names)), limit_(limit) {}

  /// What reads a script: /bin/sh, or bash as at a login, after /etc/profile and the like, by which Flink's own
  /// start-cluster.sh finds JAVA_HOME.
  enum class Shell : std::uint8_t { kPlain, kLogin };

  /// Runs a script with `arguments` as $1 and so on, which reach it as they are, whatever is in them. Its
  /// exit code is the caller's to judge; an error is a host that cannot be reached, or a script that takes too long.
  Result<ProgramEnd> run(const std::string& host, std::string_view script, const std::vector<std::string>& arguments,
                         Shell shell = Shell::kPlain);

  /// The same, and an exit code other than 0 is an error too, with the last line of what it said.
  Result<std::string> must_run(const std::string& host, std::string_view script,
                               const std::vector<std::string>& arguments, Shell shell = Shell::kPlain);

 private:
  [[nodiscard]] bool is_this_one(const std::string& host) const;

  Programs& programs_;
  std::vector<std::string> own_names_;
  Milliseconds limit_;
};

/// `word` in single quotes, so that a shell reads it as it is.
std::string shell_word(std::string_view word);

}  // namespace temblor::elastic
