#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// POLICY: which rules decide (threshold_policy.h, model_policy.h).
enum class Policy : std::uint8_t { kThreshold, kModel };

/// ELASTIC_LANG: the language of what people read in the logs (texts.h).
enum class Language : std::uint8_t { kChinese, kEnglish };

/// A stretch of every day, in local time, in which nothing is rescaled. It may pass midnight.
struct DailyWindow {
  std::chrono::minutes begin{};
  std::chrono::minutes end{};

  /// Whether `time_of_day` (since local midnight) lies in it; the end does not belong to it.
  [[nodiscard]] bool contains(std::chrono::minutes time_of_day) const {
    return begin <= end ? begin <= time_of_day && time_of_day < end : begin <= time_of_day || time_of_day < end;
  }
};

/// conf/elastic.conf. A member is named as its key and has its default; what each means, its unit and its range stand
/// in conf_keys.cc, and from there in the file that people edit (conf_text). Rates are records/s, loads and shares 0
/// … 1. Keys that are missing or empty have their default; of COOLDOWN_OUT and COOLDOWN_IN that is once and twice
/// TRIGGER_DURATION.
struct Conf {
  // The cluster.
  std::string flink_rest_url = "http://node01:8081";
  std::string flink_bin_path = "/opt/app/flink-1.17.2/bin";
  std::string job_manager_ip = "node01";
  std::vector<std::string> task_manager_hosts{};
  std::int64_t task_manager_min_num = 3;
  std::int64_t task_manager_max_num = 6;
  std::int64_t slots_per_tm = 2;

  // The job.
  std::string flink_job_id{};
  std::string job_jar = "/opt/flink_jobs/wordcount.jar";
  std::string job_main_class = "org.jzx.WordCount";
  std::string job_args{};
  std::int64_t parallelism_min = 3;
  std::int64_t parallelism_max = 12;

  // The thresholds.
  double throughput_upper = 1000;
  double throughput_lower = 200;
  double cpu_load_upper = 0.80;
  double cpu_load_lower = 0.30;
  Milliseconds trigger_duration = std::chrono::seconds(30);

  // Its folders.
  std::string log_dir = "/data/flink/elastic/log";
  std::string metrics_dir = "/data/flink/elastic/metrics";
  std::string savepoint_dir = "/data/flink/elastic/savepoints";

  // When, and when not.
  Policy policy = Policy::kThreshold;
  Language elastic_lang = Language::kChinese;
  Milliseconds loop_interval = std::chrono::seconds(10);
  Milliseconds sample_gap_max = std::chrono::seconds(300);
  Milliseconds cooldown_out = std::chrono::seconds(30);
  Milliseconds cooldown_in = std::chrono::seconds(60);
  std::vector<DailyWindow> exclude_windows{};
  Milliseconds backlog_tolerance = std::chrono::seconds(10);

  // POLICY=model.
  double target_utilization = 0.70;
  double utilization_band = 0.20;
  Milliseconds catch_up_time = std::chrono::seconds(300);
  Milliseconds scale_in_window = std::chrono::seconds(300);
  double effectiveness_min = 0.10;
  Milliseconds ineffective_pause = std::chrono::seconds(1800);

  // How long to wait for others.
  Milliseconds rest_timeout = std::chrono::seconds(10);
  Milliseconds ssh_timeout = std::chrono::seconds(20);
  Milliseconds tm_start_timeout = std::chrono::seconds(60);
  Milliseconds savepoint_timeout = std::chrono::seconds(300);
  Milliseconds job_start_timeout = std::chrono::seconds(120);

  // Alerts.
  std::string alert_command{};
  std::string alert_webhook{};
  Milliseconds alert_repeat = std::chrono::seconds(300);
};

/// A conf, and what a person should be told of it, each one line with file and line: unknown keys, keys set twice, a
/// job id that is none.
struct ReadConf {
  Conf conf;
  std::vector<std::string> warnings;
};

/// Reads the text of an elastic.conf; `path` is for its errors, which are the user's and name line, key and remedy.
/// Nothing in it is ever executed or expanded (conf_syntax.h).
Result<ReadConf> parse_conf(std::string_view text, const std::string& path);

/// A whole elastic.conf with the values of `conf`: each key behind a comment that says what it means; those that are
/// not documented are commented out. What `install` writes; parse_conf reads it back.
std::string conf_text(const Conf& conf);

/// Reads the file; that it is missing is the user's error.
Result<ReadConf> read_conf(FileSystem& files, const std::string& path);

/// Sets one key in the file and leaves everything else in it as it is (conf_syntax.h, with_value), as one lasting step.
/// Who writes the file with an editor at the same moment wins or loses as a whole.
Result<void> write_conf_value(FileSystem& files, const std::string& path, std::string_view key, std::string_view value);

}  // namespace temblor::elastic
