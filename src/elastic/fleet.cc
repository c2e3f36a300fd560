#include "elastic/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

namespace temblor::elastic {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr Milliseconds kPoll{250};
constexpr Milliseconds kEndPatience{10'000};
// Of one that was killed Flink knows after its heartbeats have stayed away: 15 to 19 s.
constexpr Milliseconds kGonePatience{60'000};

std::vector<std::string> each_once(const std::vector<std::string>& hosts) {
  std::vector<std::string> once;
  for (const std::string& host : hosts) {
    if (std::find(once.begin(), once.end(), host) == once.end()) once.push_back(host);
  }
  return once;
}

}  // namespace

Result<std::vector<std::string>> workers_of(FileSystem& files, const Conf& conf) {
  if (!conf.task_manager_hosts.empty()) return each_once(conf.task_manager_hosts);
  const std::string path = conf.flink_bin_path + "/../conf/workers";
  TEMBLOR_ASSIGN(const std::string text, read_file(files, path, kLargestFile));
  std::vector<std::string> workers;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    std::istringstream words(line);
    if (std::string host; words >> host) workers.push_back(std::move(host));
  }
  if (workers.empty()) {
    return user_error(path, "names no worker", "write one host a line, or set TASK_MANAGER_HOSTS in the conf");
  }
  return each_once(workers);
}

std::string worker_called(const std::string& host, const std::vector<std::string>& workers,
                          const Addresses& addresses) {
  if (std::find(workers.begin(), workers.end(), host) != workers.end()) return host;
  const std::vector<std::string> of_host = addresses(host);
  for (const std::string& worker : workers) {
    const std::vector<std::string> of_worker = addresses(worker);
    if (std::find_first_of(of_host.begin(), of_host.end(), of_worker.begin(), of_worker.end()) != of_host.end()) {
      return worker;
    }
  }
  return host;
}

std::vector<flink_rest::TaskManager> in_order_of_ending(std::vector<flink_rest::TaskManager> all,
                                                        const std::string& job_manager) {
  std::map<std::string, std::int64_t> on_host;
  for (const flink_rest::TaskManager& each : all) ++on_host[each.host];
  const auto rank = [&](const flink_rest::TaskManager& each) {
    return std::tuple(-on_host[each.host], std::int64_t{each.slots} - each.free_slots, !each.id.starts_with("temblor-"),
                      each.host == job_manager, each.id);
  };
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return all;
}

Result<std::vector<flink_rest::TaskManager>> Fleet::task_managers() {
  TEMBLOR_ASSIGN(std::vector<flink_rest::TaskManager> all, client_.task_managers());
  if (workers_) {
    for (flink_rest::TaskManager& each : all) each.host = worker_called(each.host, *workers_, addresses_);
  }
  return all;
}

Result<void> Fleet::add_one() {
  if (!workers_) return tl::unexpected(workers_.error());
  const std::vector<std::string>& workers = *workers_;
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> before, task_managers());
  std::vector<std::uint32_t> counts(workers.size(), 0);
  for (const flink_rest::TaskManager& each : before) {
    const auto at = std::find(workers.begin(), workers.end(), each.host);
    if (at != workers.end()) ++counts[static_cast<std::size_t>(at - workers.begin())];
  }
  const std::string host = host_for_one_more(workers, counts, job_manager());
  const std::string id = fmt::format("temblor-{}-{}", host, to_ms(clock_.now()));
  log_(texts_.starting_tm(host));
  TEMBLOR_TRY(task_managers_.start(host, id));
  TEMBLOR_ASSIGN(const std::optional<std::int64_t> there, await(id, /*listed=*/true, conf_.tm_start_timeout));
  if (there) {
    log_(texts_.tm_added(host, *there));
    return {};
  }
  log_(texts_.tm_not_registered(host, conf_.tm_start_timeout));
  const std::string why = task_managers_.last_error(host);
  // It must not register later and be one too many.
  static_cast<void>(task_managers_.end({.id = id, .host = host, .port = 0}, kEndPatience));
  return world_error(host,
                     "its new TaskManager has not registered after " + temblor::to_string(conf_.tm_start_timeout) +
                         (why.empty() ? "" : ": " + why),
                     "look into Flink's log folder there");
}

std::string Fleet::job_manager() const {
  return workers_ ? worker_called(conf_.job_manager_ip, *workers_, addresses_) : conf_.job_manager_ip;
}

Result<std::vector<flink_rest::TaskManager>> Fleet::in_order() {
  TEMBLOR_ASSIGN(std::vector<flink_rest::TaskManager> all, task_managers());
  return in_order_of_ending(std::move(all), job_manager());
}

Result<bool> Fleet::remove_free_one() {
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> ordered, in_order());
  const auto is_free = [](const flink_rest::TaskManager& each) { return each.free_slots >= each.slots; };
  const auto free = std::find_if(ordered.begin(), ordered.end(), is_free);
  if (free == ordered.end()) return false;
  TEMBLOR_TRY(end(*free));
  return true;
}

Result<std::string> Fleet::first_to_end(const std::string& job) {
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> ordered, in_order());
  TEMBLOR_ASSIGN(const auto others, other_jobs(job));
  for (const flink_rest::TaskManager& each : ordered) {
    if (!others.contains(each.id)) return each.id;
  }
  return world_error("TaskManagers",
                     "none can be ended: other jobs use each" +
                         (others.empty() ? "" : ", job " + others.begin()->second + " among them"),
                     "set TASK_MANAGER_MIN_NUM to as many as they need");
}

Result<void> Fleet::remove(const std::string& id, const std::string& job) {
  TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> all, task_managers());
  for (const flink_rest::TaskManager& each : all) {
    if (each.id != id) continue;
    TEMBLOR_ASSIGN(const auto others, other_jobs(job));
    const auto other = others.find(id);
    if (other == others.end()) return end(each);
    return world_error(each.host, "job " + other->second + " has come to use it", "it is left to that job");
  }
  return {};
}

Result<std::map<std::string, std::string>> Fleet::other_jobs(const std::string& job) {
  std::map<std::string, std::string> others;
  TEMBLOR_ASSIGN(const std::vector<flink_rest::JobEntry> jobs, client_.jobs());
  for (const flink_rest::JobEntry& each : jobs) {
    if (each.id == job || flink_rest::is_over(each.state)) continue;
    TEMBLOR_ASSIGN(const std::vector<std::string> task_managers, client_.task_managers_of(each.id));
    for (const std::string& id : task_managers) others.emplace(id, each.id);
  }
  return others;
}

Result<void> Fleet::end(const flink_rest::TaskManager& task_manager) {
  log_(texts_.stopping_tm(task_manager.host));
  TEMBLOR_TRY(
      task_managers_.end({.id = task_manager.id, .host = task_manager.host, .port = task_manager.port}, kEndPatience));
  TEMBLOR_ASSIGN(const std::optional<std::int64_t> left, await(task_manager.id, /*listed=*/false, kGonePatience));
  if (!left) {
    return world_error(task_manager.host, "TaskManager " + task_manager.id + " does not end",
                       "look for its process there");
  }
  log_(texts_.tm_removed(task_manager.host, *left));
  return {};
}

Result<std::optional<std::int64_t>> Fleet::await(const std::string& id, bool listed, Milliseconds patience) {
  const auto began = clock_.monotonic();
  while (true) {
    TEMBLOR_ASSIGN(const std::vector<flink_rest::TaskManager> now, client_.task_managers());
    const bool is_listed = std::any_of(now.begin(), now.end(), [&](const auto& each) { return each.id == id; });
    if (is_listed == listed) return static_cast<std::int64_t>(now.size());
    if (clock_.monotonic() - began > patience) return std::nullopt;
    clock_.sleep_for(kPoll);
  }
}

}  // namespace temblor::elastic
