#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/simulation/sim_picture.h"
#include "elastic/simulation/sim_table.h"
#include "elastic/simulation/simulate.h"

namespace temblor {
namespace {

constexpr double kMostRate = 1e12;
constexpr Milliseconds kLongest = std::chrono::hours(24 * 366);

/// The options as they are written.
struct Written {
  std::string conf;
  std::string load;
  std::string policy;
  std::string svg;
  std::string length;
  std::string seed = "1";
  std::string task_managers;
  std::string parallelism;
  std::string slot_rate = "400";
  std::string tm_start = "8s";
  std::string rescale = "12s";
  std::string noise = "0.05";
  std::string deaths = "0";
  std::string failing = "0";
  bool no_lag = false;
  bool no_busy = false;
  bool events = false;
};

void add_options(CLI::App& app, Written& written) {
  app.add_option("--load", written.load, "CSV: seconds,records_per_second, with lines between the points")
      ->type_name("FILE");
  app.add_option("--policy", written.policy, "threshold or model [as the conf says]")->type_name("NAME");
  app.add_option("--conf", written.conf, "an elastic.conf [its defaults]")->type_name("FILE");
  app.add_option("--svg", written.svg, "where to draw load, capacity, backlog and actions")->type_name("FILE");
  app.add_flag("--events", written.events, "list every action and its reason");
  app.add_option("--length", written.length, "how long to simulate [as long as the load]")->type_name("TIME");
  app.add_option("--seed", written.seed, "the same seed gives the same run [1]")->type_name("N");
  app.add_option("--task-managers", written.task_managers, "at the start [TASK_MANAGER_MIN_NUM]")->type_name("N");
  app.add_option("--parallelism", written.parallelism, "at the start [PARALLELISM_MIN]")->type_name("N");
  app.add_option("--slot-rate", written.slot_rate, "records/s that one subtask can work through [400]")
      ->type_name("RATE");
  app.add_option("--tm-start", written.tm_start, "from a TaskManager's start to its entry [8s]")->type_name("TIME");
  app.add_option("--rescale", written.rescale, "how long a rescale stops the job [12s]")->type_name("TIME");
  app.add_option("--noise", written.noise, "of the load, as a share of it [0.05]")->type_name("SHARE");
  app.add_option("--deaths", written.deaths, "of TaskManagers, in a day [0]")->type_name("N");
  app.add_option("--failing", written.failing, "the share of actions that fail [0]")->type_name("SHARE");
  app.add_flag("--no-lag", written.no_lag, "the source does not report its lag");
  app.add_flag("--no-busy", written.no_busy, "the source does not report its busy time");
}

/// Reads a number from `least` to `most`; an error names `option`.
template <class Number>
Result<Number> number(std::string_view option, const std::string& text, Number least, Number most) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= least && value <= most) return value;
  return user_error(std::string(option), fmt::format("\"{}\" is out of range", text),
                    fmt::format("write a number from {} to {}", least, most));
}

Result<Milliseconds> duration(const std::string& option, const std::string& text) {
  auto value = parse_duration(text);
  if (!value) return tl::unexpected(at_place(option, std::move(value).error()));
  if (*value > kLongest) return user_error(option, "is longer than a year", "write a shorter time");
  return value;
}

Result<elastic::Conf> conf_of(const Written& written, const Environment& environment) {
  elastic::Conf conf;
  if (!written.conf.empty()) {
    TEMBLOR_ASSIGN(conf, read_elastic_conf(environment, written.conf));
  }
  if (written.policy.empty()) return conf;
  if (written.policy != "threshold" && written.policy != "model") {
    return user_error("--policy", fmt::format("\"{}\" is no policy", written.policy), "write threshold or model");
  }
  conf.policy = written.policy == "model" ? elastic::Policy::kModel : elastic::Policy::kThreshold;
  return conf;
}

Result<elastic::SimSettings> settings_of(const Written& written, const elastic::Conf& conf) {
  constexpr std::int64_t kMost = 32'768;
  elastic::SimSettings settings;
  settings.slots_per_tm = conf.slots_per_tm;
  settings.task_managers = std::max<std::int64_t>(conf.task_manager_min_num, 1);
  settings.parallelism = conf.parallelism_min;
  if (!written.task_managers.empty()) {
    TEMBLOR_ASSIGN(settings.task_managers, number<std::int64_t>("--task-managers", written.task_managers, 1, kMost));
  }
  if (!written.parallelism.empty()) {
    TEMBLOR_ASSIGN(settings.parallelism, number<std::int64_t>("--parallelism", written.parallelism, 1, kMost));
  }
  if (settings.parallelism > settings.task_managers * settings.slots_per_tm) {
    return user_error("--parallelism",
                      fmt::format("{} needs more slots than there are at the start: {}", settings.parallelism,
                                  settings.task_managers * settings.slots_per_tm),
                      "raise --task-managers");
  }
  TEMBLOR_ASSIGN(settings.seed, number<std::uint64_t>("--seed", written.seed, 0, UINT64_MAX));
  TEMBLOR_ASSIGN(settings.slot_rate, number<double>("--slot-rate", written.slot_rate, 1e-3, kMostRate));
  TEMBLOR_ASSIGN(settings.tm_start, duration("--tm-start", written.tm_start));
  TEMBLOR_ASSIGN(settings.rescale_downtime, duration("--rescale", written.rescale));
  TEMBLOR_ASSIGN(settings.noise, number<double>("--noise", written.noise, 0, 1));
  TEMBLOR_ASSIGN(settings.deaths_per_day, number<double>("--deaths", written.deaths, 0, 86'400));
  TEMBLOR_ASSIGN(settings.failing_actions, number<double>("--failing", written.failing, 0, 1));
  settings.reports_lag = !written.no_lag;
  settings.reports_busy = !written.no_busy;
  return settings;
}

}  // namespace

Result<int> elastic_simulate(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Tries a policy on a load and a simulated cluster, a day in seconds; nothing real is touched.",
               "temblor elastic simulate");
  Written written;
  add_options(app, written);
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  if (written.load.empty()) {
    return user_error("temblor elastic simulate", "needs to know the load", "name a CSV file with --load");
  }
  TEMBLOR_ASSIGN(const elastic::Conf conf, conf_of(written, environment));
  TEMBLOR_ASSIGN(const elastic::SimSettings settings, settings_of(written, conf));
  TEMBLOR_ASSIGN(const std::string csv, read_file(environment.files, written.load, elastic::kLoadTraceBytes));
  TEMBLOR_ASSIGN(const auto load, elastic::LoadTrace::parse(csv, written.load));
  Milliseconds length = load.length();
  if (!written.length.empty()) {
    TEMBLOR_ASSIGN(length, duration("--length", written.length));
  }
  if (length < std::chrono::seconds(1)) {
    return user_error(written.load, "is a single moment", "add a later point, or say how long with --length");
  }
  const auto run = elastic::simulate(conf, settings, load, length);
  if (!written.svg.empty()) {
    const std::string title =
        fmt::format("{}: {} policy, {:g} records/s per slot", written.load,
                    conf.policy == elastic::Policy::kModel ? "model" : "threshold", settings.slot_rate);
    TEMBLOR_TRY(replace_file(environment.files, written.svg, elastic::sim_picture(run, title)));
  }
  std::string text;
  if (written.events) text = elastic::sim_events(run, conf.elastic_lang) + "\n";
  return print(environment, text + elastic::sim_table(run));
}

}  // namespace temblor
