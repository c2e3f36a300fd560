#include "elastic/conf_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

#include "elastic/conf_syntax.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

using Member = std::variant<std::string Conf::*, std::vector<std::string> Conf::*, std::int64_t Conf::*, double Conf::*,
                            Milliseconds Conf::*, Policy Conf::*, Language Conf::*, std::vector<DailyWindow> Conf::*>;

struct Key {
  std::string_view name;
  Member member;
  std::string_view help;
  double least = 0;  ///< of numbers; of times in seconds
  double most = 0;
};

constexpr double kMostTaskManagers = 10'000;
constexpr double kMostParallelism = 32'768;  // Flink's own: 2^15
constexpr double kMostRate = 1e15;
constexpr double kMostSeconds = 7.0 * 86'400;

// The documented ones first, in their order.
constexpr std::size_t kDocumented = 20;
constexpr std::array kKeys = {
    Key{"FLINK_REST_URL", &Conf::flink_rest_url, "where the JobManager's REST API answers"},
    Key{"FLINK_BIN_PATH", &Conf::flink_bin_path, "Flink's scripts, the same folder on each node"},
    Key{"JOB_MANAGER_IP", &Conf::job_manager_ip, "the JobManager's host"},
    Key{"TASK_MANAGER_MIN_NUM", &Conf::task_manager_min_num, "TaskManagers at the least", 0, kMostTaskManagers},
    Key{"TASK_MANAGER_MAX_NUM", &Conf::task_manager_max_num, "TaskManagers at the most", 1, kMostTaskManagers},
    Key{"SLOTS_PER_TM", &Conf::slots_per_tm, "slots of each TaskManager", 1, 1024},
    Key{"FLINK_JOB_ID", &Conf::flink_job_id, "32 hex digits; empty: the running job of JOB_MAIN_CLASS is looked for"},
    Key{"JOB_JAR", &Conf::job_jar, "what is submitted"},
    Key{"JOB_MAIN_CLASS", &Conf::job_main_class, "its main class"},
    Key{"JOB_ARGS", &Conf::job_args, "what its main method is given"},
    Key{"PARALLELISM_MIN", &Conf::parallelism_min, "parallelism of the job at the least", 1, kMostParallelism},
    Key{"PARALLELISM_MAX", &Conf::parallelism_max, "parallelism of the job at the most", 1, kMostParallelism},
    Key{"THROUGHPUT_UPPER", &Conf::throughput_upper, "records/s above which the parallelism grows", 0, kMostRate},
    Key{"THROUGHPUT_LOWER", &Conf::throughput_lower, "records/s below which the parallelism shrinks", 0, kMostRate},
    Key{"CPU_LOAD_UPPER", &Conf::cpu_load_upper, "mean CPU load of the TaskManagers, 0 to 1, above which one is added",
        0, 1},
    Key{"CPU_LOAD_LOWER", &Conf::cpu_load_lower,
        "mean CPU load of the TaskManagers, 0 to 1, below which one is removed", 0, 1},
    Key{"TRIGGER_DURATION", &Conf::trigger_duration, "seconds for which a condition must hold, with at least 3 samples",
        0, kMostSeconds},
    Key{"LOG_DIR", &Conf::log_dir, "the logs"},
    Key{"METRICS_DIR", &Conf::metrics_dir, "the history and what is kept beside it"},
    Key{"SAVEPOINT_DIR", &Conf::savepoint_dir, "savepoints; the same place on each node"},
    Key{"TASK_MANAGER_HOSTS", &Conf::task_manager_hosts,
        "where TaskManagers may run, by spaces or commas; empty: as Flink's conf/workers"},
    Key{"POLICY", &Conf::policy,
        "threshold: by the bounds above; model: to the right size in one step, by busy time and lag"},
    Key{"ELASTIC_LANG", &Conf::elastic_lang, "language of the logs: zh or en"},
    Key{"LOOP_INTERVAL", &Conf::loop_interval, "seconds from sample to sample", 0.1, kMostSeconds},
    Key{"SAMPLE_GAP_MAX", &Conf::sample_gap_max,
        "seconds, at least three LOOP_INTERVALs; samples further apart do not belong together, older ones are too old",
        1, kMostSeconds},
    Key{"COOLDOWN_OUT", &Conf::cooldown_out, "seconds after any action without growing; empty: TRIGGER_DURATION", 0,
        kMostSeconds},
    Key{"COOLDOWN_IN", &Conf::cooldown_in, "seconds after any action without shrinking; empty: twice TRIGGER_DURATION",
        0, kMostSeconds},
    Key{"EXCLUDE_WINDOWS", &Conf::exclude_windows, "local times in which nothing is rescaled: 22:30-02:00,12:00-13:00"},
    Key{"BACKLOG_TOLERANCE", &Conf::backlog_tolerance,
        "seconds; what arrives in that time may wait before it is called a backlog", 0, kMostSeconds},
    Key{"TARGET_UTILIZATION", &Conf::target_utilization,
        "model: how busy the busiest vertex is to be, as a share of its time", 0.05, 1},
    Key{"UTILIZATION_BAND", &Conf::utilization_band, "model: nothing is done within so much of the target", 0, 0.9},
    Key{"CATCH_UP_TIME", &Conf::catch_up_time, "model: seconds in which a backlog is worked off", 1, kMostSeconds},
    Key{"SCALE_IN_WINDOW", &Conf::scale_in_window, "model: seconds; the job shrinks to the largest need in that time",
        0, kMostSeconds},
    Key{"EFFECTIVENESS_MIN", &Conf::effectiveness_min,
        "growing was in vain where it brought less than this share of what was hoped for", 0, 1},
    Key{"INEFFECTIVE_PAUSE", &Conf::ineffective_pause, "model: seconds without growing after that", 0, kMostSeconds},
    Key{"REST_TIMEOUT", &Conf::rest_timeout, "seconds for an answer of the JobManager", 0.1, 3600},
    Key{"SSH_TIMEOUT", &Conf::ssh_timeout, "seconds for a command on another node", 0.1, 3600},
    Key{"TM_START_TIMEOUT", &Conf::tm_start_timeout, "seconds until a new TaskManager has registered", 0.1, 3600},
    Key{"SAVEPOINT_TIMEOUT", &Conf::savepoint_timeout, "seconds for a savepoint", 0.1, kMostSeconds},
    Key{"JOB_START_TIMEOUT", &Conf::job_start_timeout, "seconds until all tasks of a submitted job run", 0.1,
        kMostSeconds},
    Key{"ALERT_COMMAND", &Conf::alert_command, "a program that is given level and message of each alert"},
    Key{"ALERT_WEBHOOK", &Conf::alert_webhook, "URL that takes alerts as Alertmanager's API v4 writes them"},
    Key{"ALERT_REPEAT", &Conf::alert_repeat, "seconds after which the same alert is sent again", 0, kMostSeconds},
};

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<double> number(std::string_view text) {
  const auto read = whole_number<double>(text);
  return read && std::isfinite(*read) ? read : std::nullopt;
}

/// `text` cut at any of `separators`; no word is empty.
std::vector<std::string> words(std::string_view text, std::string_view separators) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// `22:30`; 24:00 is the end of a day.
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon != 3) return std::nullopt;
  const auto hours = whole_number<unsigned>(text.substr(0, colon));
  const auto minutes = whole_number<unsigned>(text.substr(colon + 1));
  if (!hours || !minutes || *minutes > 59 || *hours > 24 || (*hours == 24 && *minutes > 0)) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

std::optional<std::vector<DailyWindow>> daily_windows(std::string_view text) {
  std::vector<DailyWindow> all;
  for (const std::string& word : words(text, ", ")) {
    const std::size_t dash = word.find('-');
    const auto begin = time_of_day(std::string_view(word).substr(0, dash));
    const auto end = dash == std::string::npos ? std::nullopt : time_of_day(std::string_view(word).substr(dash + 1));
    if (!begin || !end || *begin == *end) return std::nullopt;
    all.push_back({*begin, *end});
  }
  return all;
}

/// Writes one value into the member that the key stands for; an error says what could be written instead.
struct Setter {
  Conf& conf;
  const Key& key;
  const std::string& text;

  [[nodiscard]] tl::unexpected<Error> refuse(std::string remedy) const {
    return user_error(std::string(key.name), fmt::format("\"{}\" is out of range", text), std::move(remedy));
  }

  Result<void> operator()(std::string Conf::*member) const {
    conf.*member = text;
    return {};
  }

  Result<void> operator()(std::vector<std::string> Conf::*member) const {
    conf.*member = words(text, ", \t");
    return {};
  }

  Result<void> operator()(std::int64_t Conf::*member) const {
    const auto value = whole_number<std::int64_t>(text);
    if (!value || static_cast<double>(*value) < key.least || static_cast<double>(*value) > key.most) {
      return refuse(fmt::format("write a whole number from {:.0f} to {:.0f}", key.least, key.most));
    }
    conf.*member = *value;
    return {};
  }

  Result<void> operator()(double Conf::*member) const {
    const auto value = number(text);
    if (!value || *value < key.least || *value > key.most) {
      return refuse(fmt::format("write a number from {:g} to {:g}", key.least, key.most));
    }
    conf.*member = *value;
    return {};
  }

  Result<void> operator()(Milliseconds Conf::*member) const {
    constexpr double kMsPerSecond = 1000;
    const auto value = number(text);
    if (!value || *value < key.least || *value > key.most) {
      return refuse(fmt::format("write seconds from {:g} to {:g}", key.least, key.most));
    }
    conf.*member = Milliseconds(std::llround(*value * kMsPerSecond));
    return {};
  }

  Result<void> operator()(Policy Conf::*member) const {
    if (text != "threshold" && text != "model") return refuse("write threshold or model");
    conf.*member = text == "model" ? Policy::kModel : Policy::kThreshold;
    return {};
  }

  Result<void> operator()(Language Conf::*member) const {
    const bool english = text.starts_with("en");
    if (!english && !text.starts_with("zh")) return refuse("write zh or en");
    conf.*member = english ? Language::kEnglish : Language::kChinese;
    return {};
  }

  Result<void> operator()(std::vector<DailyWindow> Conf::*member) const {
    auto value = daily_windows(text);
    if (!value) return refuse("write windows of local time such as 22:30-02:00,12:00-13:00");
    conf.*member = std::move(*value);
    return {};
  }
};

std::string time_text(std::chrono::minutes time) {
  constexpr int kMinutes = 60;
  return fmt::format("{:02}:{:02}", time.count() / kMinutes, time.count() % kMinutes);
}

/// The value of a member as it is written, without quotes.
struct Writer {
  const Conf& conf;

  std::string operator()(std::string Conf::*member) const { return conf.*member; }
  std::string operator()(std::vector<std::string> Conf::*member) const {
    return fmt::format("{}", fmt::join(conf.*member, ","));
  }
  std::string operator()(std::int64_t Conf::*member) const { return fmt::format("{}", conf.*member); }
  std::string operator()(double Conf::*member) const {
    // 0.80, as it is documented; but never another number.
    const std::string text = fmt::format("{:.2f}", conf.*member);
    const bool short_one = conf.*member < 1 && number(text) == conf.*member;
    return short_one ? text : fmt::format("{}", conf.*member);
  }
  std::string operator()(Milliseconds Conf::*member) const { return fmt::format("{}", seconds(conf.*member)); }
  std::string operator()(Policy Conf::*member) const { return conf.*member == Policy::kModel ? "model" : "threshold"; }
  std::string operator()(Language Conf::*member) const { return conf.*member == Language::kEnglish ? "en" : "zh"; }
  std::string operator()(std::vector<DailyWindow> Conf::*member) const {
    std::string text;
    for (const DailyWindow& window : conf.*member) {
      text += fmt::format("{}{}-{}", text.empty() ? "" : ",", time_text(window.begin), time_text(window.end));
    }
    return text;
  }
};

}  // namespace

std::string conf_text(const Conf& conf) {
  std::string text =
      "# Read anew for every sample and decision. Shell syntax, but data: nothing in it is executed.\n\n";
  Conf defaults;
  defaults.cooldown_out = conf.trigger_duration;
  defaults.cooldown_in = 2 * conf.trigger_duration;
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const Key& key = kKeys[i];
    const std::string value = std::visit(Writer{conf}, key.member);
    // What is not documented and not changed shows its default, and leaves it in force.
    const bool shown_only = i >= kDocumented && value == std::visit(Writer{defaults}, key.member);
    if (i == kDocumented) text += "\n# Settings beyond the documented ones, with their defaults.\n\n";
    text += fmt::format("# {}\n{}{}", key.help, shown_only ? "#" : "", with_value("", key.name, value));
  }
  return text;
}

Result<bool> set_key(Conf& conf, std::string_view key, const std::string& value) {
  for (const Key& known : kKeys) {
    if (known.name != key) continue;
    TEMBLOR_TRY(std::visit(Setter{conf, known, value}, known.member));
    return true;
  }
  return false;
}

std::vector<std::string_view> conf_keys() {
  std::vector<std::string_view> names;
  names.reserve(kKeys.size());
  for (const Key& key : kKeys) names.push_back(key.name);
  return names;
}

Result<void> check_together(const Conf& conf, const std::string& path) {
  const auto refuse = [&](std::string_view lower, auto low, std::string_view upper, auto high) {
    return user_error(path, fmt::format("{}={} is over {}={}", lower, low, upper, high),
                      fmt::format("lower {} or raise {}", lower, upper));
  };
  if (conf.task_manager_min_num > conf.task_manager_max_num) {
    return refuse("TASK_MANAGER_MIN_NUM", conf.task_manager_min_num, "TASK_MANAGER_MAX_NUM", conf.task_manager_max_num);
  }
  if (conf.parallelism_min > conf.parallelism_max) {
    return refuse("PARALLELISM_MIN", conf.parallelism_min, "PARALLELISM_MAX", conf.parallelism_max);
  }
  if (conf.throughput_lower > conf.throughput_upper) {
    return refuse("THROUGHPUT_LOWER", conf.throughput_lower, "THROUGHPUT_UPPER", conf.throughput_upper);
  }
  if (conf.cpu_load_lower > conf.cpu_load_upper) {
    return refuse("CPU_LOAD_LOWER", conf.cpu_load_lower, "CPU_LOAD_UPPER", conf.cpu_load_upper);
  }
  return {};
}

}  // namespace temblor::elastic
