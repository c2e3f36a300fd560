#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "elastic/conf.h"
#include "elastic/task_managers.h"
#include "elastic/texts.h"
#include "flink_rest/client.h"

namespace temblor::elastic {

/// The addresses of a host by its name or one of its addresses, as text (flink_rest/addresses.h).
using Addresses = std::function<std::vector<std::string>(const std::string& host)>;

/// Which of `workers` a TaskManager means by `host`: Flink may register one by its address, or another name. `host`
/// itself where it is none of them.
std::string worker_called(const std::string& host, const std::vector<std::string>& workers, const Addresses& addresses);

/// `all` in the order in which they are to end: on the host with the most first, there the one with the fewest slots in
/// use. Where that decides nothing, those that the scaler started go first, and rather not those of `job_manager`'s
/// host.
std::vector<flink_rest::TaskManager> in_order_of_ending(std::vector<flink_rest::TaskManager> all,
                                                        const std::string& job_manager);

/// The TaskManagers of the cluster as a whole: one more, one fewer. One thread at a time.
class Fleet {
 public:
  /// `workers` are the hosts that they may run on, or why these are not known, which only stands in the way of one
  /// more; `log` takes lines for the schedule log. All outlive the object.
  Fleet(flink_rest::Client& client, TaskManagers& task_managers, Clock& clock, const Conf& conf, const Texts& texts,
        Result<std::vector<std::string>> workers, Addresses addresses, std::function<void(const std::string&)> log)
      : client_(client),
        task_managers_(task_managers),
        clock_(clock),
        conf_(conf),
        texts_(texts),
        workers_(std::move(workers)),
        addresses_(std::move(addresses)),
        log_(std::move(log)) {}

  /// Starts one on the worker with the fewest, and returns when it has registered.
  Result<void> add_one();

  /// Ends one whose slots are all free, on the host with the most; returns when it is gone from the list. Nothing is
  /// done where there is no such one: false.
  Result<bool> remove_free_one();

  /// The one that is to end once `job` is out of its way: the first in the order of ending on which no other job has
  /// tasks. The world's error where there is no such one.
  Result<std::string> first_to_end(const std::string& job);

  /// Ends the one with this id; that there is none is no error. Where another job than `job` has tasks on it by now it
  /// stays, which is the world's error.
  Result<void> remove(const std::string& id, const std::string& job);

 private:
  /// The cluster's TaskManagers; their hosts are called as the workers are.
  Result<std::vector<flink_rest::TaskManager>> task_managers();
  Result<std::vector<flink_rest::TaskManager>> in_order();
  /// The JobManager's host, called as the worker is that it may be.
  [[nodiscard]] std::string job_manager() const;
  /// Other jobs than `job`, by the TaskManagers on which they have tasks.
  Result<std::map<std::string, std::string>> other_jobs(const std::string& job);
  Result<void> end(const flink_rest::TaskManager& task_manager);
  /// Waits until one is `listed`, or is not any more; how many there are then, nothing where it takes too long.
  Result<std::optional<std::int64_t>> await(const std::string& id, bool listed, Milliseconds patience);

  flink_rest::Client& client_;
  TaskManagers& task_managers_;
  Clock& clock_;
  const Conf& conf_;
  const Texts& texts_;
  Result<std::vector<std::string>> workers_;
  Addresses addresses_;
  std::function<void(const std::string&)> log_;
};

/// TASK_MANAGER_HOSTS, or the lines of Flink's conf/workers, each host once; none is the user's error.
Result<std::vector<std::string>> workers_of(FileSystem& files, const Conf& conf);

}  // namespace temblor::elastic
