#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "elastic/hosts.h"

namespace temblor::elastic {

/// A TaskManager as it is found from its host.
struct TaskManagerPlace {
  std::string id;          ///< taskmanager.resource-id
  std::string host;        ///< as `Hosts` reaches it
  std::uint32_t port = 0;  ///< of its RPC there, by which one is found that was started without a name
};

/// Starts and ends single TaskManagers by Flink's own scripts and by their process ids. One thread at a time.
class TaskManagers {
 public:
  /// `bin` is Flink's bin folder, on each host. `hosts` outlives the object.
  TaskManagers(Hosts& hosts, std::string bin) : hosts_(hosts), bin_(std::move(bin)) {}

  /// Starts one with this id; returns when Flink's script has, which is before it registers.
  Result<void> start(const std::string& host, const std::string& id);

  /// Ends the one, and no other: finds its process, sends SIGTERM, after `patience` SIGKILL, and takes its line out of
  /// Flink's pid file. That there is no such process is no error.
  Result<void> end(const TaskManagerPlace& place, Milliseconds patience);

  /// Why one that was started does not register: the last error in its log there, one line; empty where none is found.
  std::string last_error(const std::string& host);

 private:
  Hosts& hosts_;
  std::string bin_;
};

/// The host for one more: the one with the fewest, and of these rather another than the JobManager's, else the first.
/// `counts` are those that run there, in the order of `hosts`; empty where there is no host.
std::string host_for_one_more(const std::vector<std::string>& hosts, const std::vector<std::uint32_t>& counts,
                              const std::string& job_manager);

}  // namespace temblor::elastic
