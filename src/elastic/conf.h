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

/// conf/elastic.conf: what each key means, its unit and its default stand here, and nowhere else. A member is named as
/// its key; times are written in seconds, fractions allowed. Keys that are missing or empty have their default.
struct Conf {
  // The cluster.
  std::string flink_rest_url = "http://node01:8081";         ///< FLINK_REST_URL: the JobManager's REST
  std::string flink_bin_path = "/opt/app/flink-1.17.2/bin";  ///< FLINK_BIN_PATH: the same folder on each node
  std::string job_manager_ip = "node01";                     ///< JOB_MANAGER_IP: its host
  std::vector<std::string> task_manager_hosts{};             ///< TASK_MANAGER_HOSTS: where TaskManagers may run, by
                                                             ///< spaces or commas; empty: as Flink's conf/workers
  std::int64_t task_manager_min_num = 3;                     ///< TASK_MANAGER_MIN_NUM, 0 … 10,000
  std::int64_t task_manager_max_num = 6;                     ///< TASK_MANAGER_MAX_NUM, 1 … 10,000
  std::int64_t slots_per_tm = 2;                             ///< SLOTS_PER_TM, 1 … 1,024

  // The job.
  std::string flink_job_id{};                             ///< FLINK_JOB_ID: 32 hex digits; empty: not set, and
                                                          ///< the running job of JOB_MAIN_CLASS is looked for
  std::string job_jar = "/opt/flink_jobs/wordcount.jar";  ///< JOB_JAR
  std::string job_main_class = "org.jzx.WordCount";       ///< JOB_MAIN_CLASS
  std::string job_args{};                                 ///< JOB_ARGS: what the main method is given
  std::int64_t parallelism_min = 3;                       ///< PARALLELISM_MIN, 1 … 32,768
  std::int64_t parallelism_max = 12;                      ///< PARALLELISM_MAX, 1 … 32,768

  // The thresholds.
  double throughput_upper = 1000;                            ///< THROUGHPUT_UPPER, records/s
  double throughput_lower = 200;                             ///< THROUGHPUT_LOWER, records/s
  double cpu_load_upper = 0.80;                              ///< CPU_LOAD_UPPER, 0 … 1
  double cpu_load_lower = 0.30;                              ///< CPU_LOAD_LOWER, 0 … 1
  Milliseconds trigger_duration = std::chrono::seconds(30);  ///< TRIGGER_DURATION: a condition holds for that long

  // Its folders.
  std::string log_dir = "/data/flink/elastic/log";               ///< LOG_DIR
  std::string metrics_dir = "/data/flink/elastic/metrics";       ///< METRICS_DIR
  std::string savepoint_dir = "/data/flink/elastic/savepoints";  ///< SAVEPOINT_DIR: the same place on each node

  // When, and when not.
  Policy policy = Policy::kThreshold;                         ///< POLICY: threshold or model
  Language elastic_lang = Language::kChinese;                 ///< ELASTIC_LANG: zh or en
  Milliseconds loop_interval = std::chrono::seconds(10);      ///< LOOP_INTERVAL: from sample to sample
  Milliseconds sample_gap_max = std::chrono::seconds(300);    ///< SAMPLE_GAP_MAX: samples further apart do not
                                                              ///< belong together, older ones are too old
  Milliseconds cooldown_out = std::chrono::seconds(30);       ///< COOLDOWN_OUT: no growing for that long after any
                                                              ///< action [TRIGGER_DURATION]
  Milliseconds cooldown_in = std::chrono::seconds(60);        ///< COOLDOWN_IN: no shrinking for that long after any
                                                              ///< action [twice TRIGGER_DURATION]
  std::vector<DailyWindow> exclude_windows{};                 ///< EXCLUDE_WINDOWS: `22:30-02:00,12:00-13:00`, local
                                                              ///< time, in which nothing is rescaled
  Milliseconds backlog_tolerance = std::chrono::seconds(10);  ///< BACKLOG_TOLERANCE: records of so much time may wait
                                                              ///< before they are called a backlog

  // POLICY=model.
  double target_utilization = 0.70;                          ///< TARGET_UTILIZATION: how busy the busiest vertex is
                                                             ///< to be, 0.05 … 1
  double utilization_band = 0.20;                            ///< UTILIZATION_BAND: nothing is done within so much
                                                             ///< of the target, 0 … 0.9
  Milliseconds catch_up_time = std::chrono::seconds(300);    ///< CATCH_UP_TIME: in which a backlog is worked off
  Milliseconds scale_in_window = std::chrono::seconds(300);  ///< SCALE_IN_WINDOW: the largest need in it is what
                                                             ///< the job shrinks to
  double effectiveness_min = 0.10;                           ///< EFFECTIVENESS_MIN: growing that brought a smaller
                                                             ///< share of the capacity hoped for was in vain, 0 … 1
  Milliseconds ineffective_pause = std::chrono::seconds(1800);  ///< INEFFECTIVE_PAUSE: no growing for that long then

  // How long to wait for others.
  Milliseconds rest_timeout = std::chrono::seconds(10);        ///< REST_TIMEOUT: an answer of the JobManager
  Milliseconds ssh_timeout = std::chrono::seconds(20);         ///< SSH_TIMEOUT: a command on another node
  Milliseconds tm_start_timeout = std::chrono::seconds(60);    ///< TM_START_TIMEOUT: from a TM's start to its entry
  Milliseconds savepoint_timeout = std::chrono::seconds(300);  ///< SAVEPOINT_TIMEOUT
  Milliseconds job_start_timeout = std::chrono::seconds(120);  ///< JOB_START_TIMEOUT: until all tasks run

  // Alerts.
  std::string alert_command{};                            ///< ALERT_COMMAND: a program, given level and message
  std::string alert_webhook{};                            ///< ALERT_WEBHOOK: URL that takes Alertmanager's v4
  Milliseconds alert_repeat = std::chrono::seconds(300);  ///< ALERT_REPEAT: the same alert at most so often
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

/// Reads the file; that it is missing is the user's error.
Result<ReadConf> read_conf(FileSystem& files, const std::string& path);

/// Sets one key in the file and leaves everything else in it as it is (conf_syntax.h, with_value), as one lasting step.
/// Who writes the file with an editor at the same moment wins or loses as a whole.
Result<void> write_conf_value(FileSystem& files, const std::string& path, std::string_view key, std::string_view value);

}  // namespace temblor::elastic
