#include "elastic/conf_keys.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

namespace temblor::elastic {
namespace {

using Member = std::variant<std::string Conf::*, std::vector<std::string> Conf::*, std::int64_t Conf::*, double Conf::*,
                            Milliseconds Conf::*, Policy Conf::*, Language Conf::*, std::vector<DailyWindow> Conf::*>;

struct Key {
  std::string_view name;
  Member member;
  double least = 0;  ///< of numbers; of times in seconds
  double most = 0;
};

constexpr double kMostTaskManagers = 10'000;
constexpr double kMostParallelism = 32'768;  // Flink's own: 2^15
constexpr double kMostRate = 1e15;
constexpr double kMostSeconds = 7.0 * 86'400;

constexpr std::array kKeys = {
    Key{"FLINK_REST_URL", &Conf::flink_rest_url},
    Key{"FLINK_BIN_PATH", &Conf::flink_bin_path},
    Key{"JOB_MANAGER_IP", &Conf::job_manager_ip},
    Key{"TASK_MANAGER_HOSTS", &Conf::task_manager_hosts},
    Key{"TASK_MANAGER_MIN_NUM", &Conf::task_manager_min_num, 0, kMostTaskManagers},
    Key{"TASK_MANAGER_MAX_NUM", &Conf::task_manager_max_num, 1, kMostTaskManagers},
    Key{"SLOTS_PER_TM", &Conf::slots_per_tm, 1, 1024},
    Key{"FLINK_JOB_ID", &Conf::flink_job_id},
    Key{"JOB_JAR", &Conf::job_jar},
    Key{"JOB_MAIN_CLASS", &Conf::job_main_class},
    Key{"JOB_ARGS", &Conf::job_args},
    Key{"PARALLELISM_MIN", &Conf::parallelism_min, 1, kMostParallelism},
    Key{"PARALLELISM_MAX", &Conf::parallelism_max, 1, kMostParallelism},
    Key{"THROUGHPUT_UPPER", &Conf::throughput_upper, 0, kMostRate},
    Key{"THROUGHPUT_LOWER", &Conf::throughput_lower, 0, kMostRate},
    Key{"CPU_LOAD_UPPER", &Conf::cpu_load_upper, 0, 1},
    Key{"CPU_LOAD_LOWER", &Conf::cpu_load_lower, 0, 1},
    Key{"TRIGGER_DURATION", &Conf::trigger_duration, 0, kMostSeconds},
    Key{"LOG_DIR", &Conf::log_dir},
    Key{"METRICS_DIR", &Conf::metrics_dir},
    Key{"SAVEPOINT_DIR", &Conf::savepoint_dir},
    Key{"POLICY", &Conf::policy},
    Key{"ELASTIC_LANG", &Conf::elastic_lang},
    Key{"LOOP_INTERVAL", &Conf::loop_interval, 0.1, kMostSeconds},
    Key{"SAMPLE_GAP_MAX", &Conf::sample_gap_max, 1, kMostSeconds},
    Key{"COOLDOWN_OUT", &Conf::cooldown_out, 0, kMostSeconds},
    Key{"COOLDOWN_IN", &Conf::cooldown_in, 0, kMostSeconds},
    Key{"EXCLUDE_WINDOWS", &Conf::exclude_windows},
    Key{"BACKLOG_TOLERANCE", &Conf::backlog_tolerance, 0, kMostSeconds},
    Key{"TARGET_UTILIZATION", &Conf::target_utilization, 0.05, 1},
    Key{"UTILIZATION_BAND", &Conf::utilization_band, 0, 0.9},
    Key{"CATCH_UP_TIME", &Conf::catch_up_time, 1, kMostSeconds},
    Key{"SCALE_IN_WINDOW", &Conf::scale_in_window, 0, kMostSeconds},
    Key{"EFFECTIVENESS_MIN", &Conf::effectiveness_min, 0, 1},
    Key{"INEFFECTIVE_PAUSE", &Conf::ineffective_pause, 0, kMostSeconds},
    Key{"REST_TIMEOUT", &Conf::rest_timeout, 0.1, 3600},
    Key{"SSH_TIMEOUT", &Conf::ssh_timeout, 0.1, 3600},
    Key{"TM_START_TIMEOUT", &Conf::tm_start_timeout, 0.1, 3600},
    Key{"SAVEPOINT_TIMEOUT", &Conf::savepoint_timeout, 0.1, kMostSeconds},
    Key{"JOB_START_TIMEOUT", &Conf::job_start_timeout, 0.1, kMostSeconds},
    Key{"ALERT_COMMAND", &Conf::alert_command},
    Key{"ALERT_WEBHOOK", &Conf::alert_webhook},
    Key{"ALERT_REPEAT", &Conf::alert_repeat, 0, kMostSeconds},
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

/// `text` cut at any of `separators`; nothing is empty.
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

}  // namespace

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
