#include "elastic/check.h"

#include <fmt/format.h>

#include "elastic/observe.h"

namespace temblor::elastic {
namespace {

// $1: Flink's bin folder.
constexpr std::string_view kHasScripts = R"sh(
[ -x "$1/taskmanager.sh" ] || { echo "$1/taskmanager.sh is not there, or cannot be run"; exit 1; }
echo "$1/taskmanager.sh"
)sh";

// $1: a file, $2: what must stand in it. A network file system may show it a moment later.
constexpr std::string_view kSeesFile = R"sh(
for try in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(cat "$1" 2>/dev/null)" = "$2" ] && exit 0
  sleep 0.3
done
echo "a file that was made there on the scaler's host is not seen: let all nodes have the same folder"
exit 1
)sh";

Result<std::string> rest(flink_rest::Client& client) {
  TEMBLOR_ASSIGN(const flink_rest::Overview overview, client.overview());
  return fmt::format("Flink {}, {} of {} slots free", overview.version, overview.free_slots, overview.slots);
}

Result<std::string> job(flink_rest::Client& client, const Conf& conf) {
  TEMBLOR_ASSIGN(const FoundJob found, find_job(client, conf));
  return found.id + (found.was_searched ? " (found by JOB_MAIN_CLASS)" : "");
}

Result<std::string> jar(FileSystem& files, const Conf& conf) {
  TEMBLOR_ASSIGN(const std::uint64_t size, files.size(conf.job_jar));
  return fmt::format("{} bytes", size);
}

}  // namespace

std::vector<Trial> check(flink_rest::Client& client, FileSystem& files, Hosts& hosts, const Conf& conf,
                         const Result<std::vector<std::string>>& workers, const std::string& token) {
  std::vector<Trial> trials;
  trials.push_back({"REST " + client.address(), rest(client)});
  trials.push_back({"job", job(client, conf)});
  trials.push_back({conf.job_jar, jar(files, conf)});
  if (!workers) {
    trials.push_back({"workers", tl::unexpected(workers.error())});
    return trials;
  }
  const std::string file = conf.savepoint_dir + "/.temblor-check-" + token;
  const auto made = [&]() -> Result<void> {
    TEMBLOR_TRY(files.create_directories(conf.savepoint_dir));
    return replace_file(files, file, token);
  }();
  if (!made) trials.push_back({conf.savepoint_dir, tl::unexpected(made.error())});
  for (const std::string& worker : *workers) {
    auto scripts = hosts.must_run(worker, kHasScripts, {conf.flink_bin_path});
    if (scripts && scripts->ends_with('\n')) scripts->pop_back();
    const bool is_reached = scripts.has_value();
    trials.push_back({"ssh " + worker, std::move(scripts)});
    if (!is_reached || !made) continue;
    auto seen = hosts.must_run(worker, kSeesFile, {file, token});
    trials.push_back({conf.savepoint_dir + " on " + worker,
                      std::move(seen).map([](const std::string&) { return std::string("the same as here"); })});
  }
  if (made) static_cast<void>(files.remove(file));
  return trials;
}

}  // namespace temblor::elastic
