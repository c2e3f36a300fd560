#include "elastic/task_managers.h"

#include <algorithm>

namespace temblor::elastic {
namespace {

// $1: Flink's bin folder, $2: the id. Flink's scripts name the pid file after USER, which cron and services leave
// unset.
constexpr std::string_view kStart = R"sh(
export USER="${USER:-$(id -un)}"
exec "$1/taskmanager.sh" start -D "taskmanager.resource-id=$2"
)sh";

// $1: Flink's bin folder, $2: the id, $3: the RPC port, $4: seconds to wait. One started by start-cluster.sh has its id
// not in its command line: it is the one that listens at the port.
constexpr std::string_view kEnd = R"sh(
named= listening=
sockets=$(awk -v port="$(printf ':%04X' "$3")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' \
  /proc/net/tcp /proc/net/tcp6 2>/dev/null)
for process in /proc/[0-9]*; do
  words=$(tr '\0' '\n' 2>/dev/null < "$process/cmdline") || continue
  printf '%s\n' "$words" | grep -qx 'org\.apache\.flink\.runtime\.taskexecutor\.TaskManagerRunner' || continue
  if printf '%s\n' "$words" | grep -qxF "taskmanager.resource-id=$2"; then
    named=${process#/proc/}
    break
  fi
  for socket in $sockets; do
    if ls -l "$process/fd" 2>/dev/null | grep -qF "socket:[$socket]"; then listening=${process#/proc/}; fi
  done
done
pid=${named:-$listening}
[ -n "$pid" ] || { echo "no such process"; exit 0; }
alive() { grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" 2>/dev/null; }
kill -TERM "$pid" 2>/dev/null
waited=0
while alive; do
  [ "$waited" -ne "$(($4 * 10))" ] || kill -KILL "$pid" 2>/dev/null
  [ "$waited" -le "$(($4 * 10 + 50))" ] || { echo "process $pid does not end" >&2; exit 1; }
  sleep 0.1
  waited=$((waited + 1))
done
folder=$(sed -n 's/^env\.pid\.dir: *//p' "$1/../conf/flink-conf.yaml" 2>/dev/null | tail -n 1)
for file in "${FLINK_PID_DIR:-${folder:-/tmp}}"/flink-*-taskexecutor*.pid; do
  [ -f "$file" ] && sed -i "/^$pid\$/d" "$file"
done
echo "ended $pid"
)sh";

// $1: Flink's bin folder. The newest log of a TaskManager.
constexpr std::string_view kLastError = R"sh(
log=$(ls -t "$1"/../log/flink-*-taskexecutor-*.log 2>/dev/null | head -n 1)
out=$(ls -t "$1"/../log/flink-*-taskexecutor-*.out 2>/dev/null | head -n 1)
cat ${out:+"$out"} ${log:+"$log"} 2>/dev/null | grep -E 'ERROR|FATAL|Exception|Error' | tail -n 1
)sh";

}  // namespace

Result<void> TaskManagers::start(const std::string& host, const std::string& id) {
  TEMBLOR_TRY(hosts_.must_run(host, kStart, {bin_, id}, Hosts::Shell::kLogin));
  return {};
}

Result<void> TaskManagers::end(const TaskManagerPlace& place, Milliseconds patience) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
  TEMBLOR_TRY(hosts_.must_run(place.host, kEnd, {bin_, place.id, std::to_string(place.port), std::to_string(seconds)}));
  return {};
}

std::string TaskManagers::last_error(const std::string& host) {
  const auto said = hosts_.must_run(host, kLastError, {bin_});
  return said ? said->substr(0, said->find('\n')) : std::string();
}

std::string host_for_one_more(const std::vector<std::string>& hosts, const std::vector<std::uint32_t>& counts,
                              const std::string& job_manager) {
  std::size_t best = hosts.size();
  const auto rank = [&](std::size_t i) { return std::pair(counts[i], hosts[i] == job_manager); };
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (best == hosts.size() || rank(i) < rank(best)) best = i;
  }
  return best == hosts.size() ? std::string() : hosts[best];
}

}  // namespace temblor::elastic
