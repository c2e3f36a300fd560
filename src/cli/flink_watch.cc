#include "cli/flink_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "cli/number_text.h"
#include "cli/progress.h"

namespace temblor {
namespace {

constexpr std::chrono::milliseconds kInterval{500};
constexpr std::chrono::seconds kPatience{30};  // a JobManager that begins again takes some of them

/// What is said of a job once.
class Told {
 public:
  explicit Told(ProgressLine& line) : line_(line) {}

  /// `all_run`: Flink's RUNNING says less.
  void state(const std::string& id, const std::string& state, bool all_run) {
    const std::string now = state == "RUNNING" && !all_run ? "being started" : state;
    if (now == last_) return;
    last_ = now;
    line_.clear();
    spdlog::info("job {} is {}", id, now);
  }

  void trouble(const Error& error) {
    if (last_ == error.what) return;
    last_ = error.what;
    line_.clear();
    spdlog::warn("{}; asking again", error.to_line());
  }

 private:
  ProgressLine& line_;
  std::string last_;
};

tl::unexpected<Error> over_without_success(flink_rest::Client& client, const flink_rest::JobStatus& job) {
  const std::string where = "job " + job.id;
  if (job.state == "CANCELED") return world_error(where, "was canceled");
  const std::string why = client.failure(job.id).value_or("");
  if (why.find("required resources") != std::string::npos || why.find("NoResourceAvailable") != std::string::npos) {
    const auto cluster = client.overview();
    const std::string free = cluster ? fmt::format("{} of {} slots are free", cluster->free_slots, cluster->slots) : "";
    return world_error(where, "failed: the cluster has too few slots for it",
                       "start more TaskManagers, or lower --parallelism" + (free.empty() ? "" : "; " + free));
  }
  return world_error(where, "failed" + (why.empty() ? "" : ": " + why), client.address() + "/#/job/" + job.id);
}

}  // namespace

Result<void> watch_job(flink_rest::Client& client, const std::string& id, Watch watch, const Environment& environment,
                       const std::atomic<bool>& stop) {
  ProgressLine line(environment.clock, "messages");
  Told told(line);
  auto heard = environment.clock.monotonic();
  for (; !stop; environment.clock.sleep_for(kInterval)) {
    const auto job = client.job(id);
    if (!job) {
      if (environment.clock.monotonic() - heard >= kPatience) return tl::unexpected(job.error());
      told.trouble(job.error());
      continue;
    }
    heard = environment.clock.monotonic();
    told.state(id, job->state, job->all_run());
    if (job->state == "FINISHED") return {};
    if (job->is_over()) return over_without_success(client, *job);
    if (!job->all_run()) continue;
    if (watch == Watch::kUntilItRuns) return {};
    const auto figures = client.source_figures(*job);
    if (!figures || !*figures) continue;  // there will be some soon
    const std::uint64_t records = (*figures)->records;
    line.show(records, records + (*figures)->lag, counted((*figures)->lag, "message") + " behind");
  }
  line.clear();
  spdlog::info("no longer watching; job {} goes on", id);
  return {};
}

}  // namespace temblor
