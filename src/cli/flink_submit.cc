#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <map>

#include "base/hash.h"
#include "cli/answer.h"
#include "cli/flink.h"
#include "cli/flink_watch.h"
#include "cli/log.h"
#include "cli/stop_signal.h"
#include "flink/job_request.h"
#include "flink_rest/client.h"

namespace temblor {
namespace {

constexpr std::string_view kEntryClass = "org.jzx.version1.SeismicDataFlinkConsumer";
constexpr std::string_view kGroup = "The cluster";
constexpr std::uint32_t kMostParallelism = 32'768;  // Flink's own limit
constexpr std::chrono::seconds kUnheard{60};        // for so long a job of which nobody heard is looked for
constexpr std::chrono::seconds kLook{1};

/// What the command line says of the cluster.
struct Submission {
  std::string jobmanager = "localhost:8081";
  std::string jar = "build/flink/temblor-flink.jar";
  std::string parallelism{};
  std::string savepoint{};
  std::vector<std::string> set{};
  bool detach = false;
};

void add_options(CLI::App& app, Submission& submission) {
  const auto add = [&](const std::string& name, std::string& value, const std::string& help, const std::string& form) {
    app.add_option(name, value, value.empty() ? help : fmt::format("{} [{}]", help, value))
        ->type_name(form)
        ->group(std::string(kGroup))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  add("--jobmanager", submission.jobmanager, "its REST address; https://HOST:PORT is understood as well", "HOST:PORT");
  add("--jar", submission.jar, "the job, as make flink builds it", "FILE");
  add("--parallelism", submission.parallelism, "by how many tasks each step is done; by default as Flink is set", "N");
  add("--savepoint", submission.savepoint, "go on from this savepoint or checkpoint, as the cluster sees it", "PATH");
  app.add_option("--set", submission.set,
                 "a setting of Flink for this job, such as execution.checkpointing.interval=10s")
      ->type_name("KEY=VALUE")
      ->group(std::string(kGroup))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--detach", submission.detach, "return as soon as the job runs")->group(std::string(kGroup));
}

Result<std::optional<std::uint32_t>> parallelism_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::uint32_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && number >= 1 && number <= kMostParallelism) {
    return number;
  }
  return user_error("--parallelism", fmt::format("\"{}\" is out of range", text),
                    fmt::format("write a whole number from 1 to {}", kMostParallelism));
}

Result<std::map<std::string, std::string>> configuration_of(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> configuration;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      return user_error("--set", fmt::format("\"{}\" is no setting", setting),
                        "write KEY=VALUE, such as execution.checkpointing.interval=10s");
    }
    configuration[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return configuration;
}

/// Another each time.
std::string job_id(std::uint64_t seed) { return fmt::format("{:016x}{:016x}", seed, hash_bytes("job", seed)); }

/// Looks for a job that was asked for and of which no answer told: it may begin all the same. Its id; where it is not
/// seen, `unheard` with it.
Result<std::string> look_for(flink_rest::Client& client, const std::string& id, const Error& unheard,
                             const Environment& environment, const std::atomic<bool>& stop) {
  spdlog::warn("{}; looking whether job {} begins all the same", unheard.to_line(), id);
  const auto deadline = environment.clock.monotonic() + kUnheard;
  for (; !stop && environment.clock.monotonic() < deadline; environment.clock.sleep_for(kLook)) {
    const auto job = client.find_job(id);
    if (job && *job) return id;
  }
  return world_error(client.address(), fmt::format("{}; job {} may begin yet", unheard.what, id),
                     "cancel it there before the next try, or it runs twice");
}

/// Brings the jar there, runs it, and takes it away again, whatever came of it: the job has a copy of its own.
Result<std::string> run(flink_rest::Client& client, const std::string& jar_path, const flink_rest::RunRequest& request,
                        const Environment& environment, const std::atomic<bool>& stop) {
  spdlog::info("bringing {} to {}", jar_path, client.address());
  TEMBLOR_ASSIGN(const std::string jar, client.upload_jar(environment.files, jar_path));
  auto job = client.run_jar(jar, request);
  if (!job && client.may_come_through()) job = look_for(client, request.job_id, job.error(), environment, stop);
  if (const auto deleted = client.delete_jar(jar); !deleted) {
    spdlog::warn("{}: {} stays there", deleted.error().to_line(), jar);
  }
  return job;
}

}  // namespace

Result<int> flink_submit(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app(
      "Brings the main job to a cluster of Apache Flink 1.17, and watches it until it is over; Ctrl-C ends the "
      "watching alone.",
      "temblor flink submit");
  Submission submission;
  add_options(app, submission);
  TEMBLOR_ASSIGN(const flink::JobRequest job, flink::read_job_request(app, arguments, environment.files));
  if (job.answer) return print(environment, *job.answer);

  flink_rest::RunRequest request{.entry_class = std::string(kEntryClass),
                                 .arguments = flink::to_arguments(job.written),
                                 .job_id = job_id(environment.hash_seed)};
  TEMBLOR_ASSIGN(request.parallelism, parallelism_of(submission.parallelism));
  TEMBLOR_ASSIGN(request.configuration, configuration_of(submission.set));
  request.savepoint = submission.savepoint;
  TEMBLOR_ASSIGN(auto http, flink_rest::Http::at(submission.jobmanager).map_error([](Error error) {
    return at_place("--jobmanager", std::move(error));
  }));
  if (!environment.files.is_regular_file(submission.jar)) {
    return user_error("--jar", submission.jar + " is not there", "make flink builds it");
  }

  const std::atomic<bool>& stop = stop_on_signal();
  flink_rest::Client client(std::move(http));
  TEMBLOR_ASSIGN(const flink_rest::Overview cluster, client.overview());
  spdlog::info("Flink {} at {}: {} of {} slots are free", cluster.version, client.address(), cluster.free_slots,
               cluster.slots);
  TEMBLOR_ASSIGN(const std::string id, run(client, submission.jar, request, environment, stop));
  if (const int code = print(environment, id + "\n"); code != 0) return code;
  TEMBLOR_TRY(
      watch_job(client, id, submission.detach ? Watch::kUntilItRuns : Watch::kUntilItIsOver, environment, stop));
  return 0;
}

}  // namespace temblor
