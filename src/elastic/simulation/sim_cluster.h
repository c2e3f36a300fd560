#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "elastic/decision_log.h"
#include "elastic/observation.h"
#include "elastic/simulation/random.h"

namespace temblor::elastic {

/// What a simulated cluster is like. The defaults are what was seen on three real nodes with Flink 1.17.2.
struct SimSettings {
  std::int64_t task_managers = 3;  ///< at the start
  std::int64_t parallelism = 3;    ///< at the start
  std::int64_t slots_per_tm = 2;
  double slot_rate = 400;                                    ///< records/s that one subtask can work through
  Milliseconds tm_start = std::chrono::seconds(8);           ///< from its start to its entry
  Milliseconds rescale_downtime = std::chrono::seconds(12);  ///< of the job, for a change of its parallelism
  Milliseconds detect_death = std::chrono::seconds(18);      ///< until a dead TaskManager is known to be dead
  Milliseconds restart_downtime = std::chrono::seconds(5);   ///< of the job after that, once it has its slots
  double noise = 0.05;                                       ///< of the load: the deviation, as a share of it
  double deaths_per_day = 0;                                 ///< of TaskManagers, on the average
  double failing_actions = 0;                                ///< the share of actions that fail
  bool reports_lag = true;                                   ///< whether the source has pendingRecords
  bool reports_busy = true;                                  ///< whether it has busy time
  double busy_at_most = 1;  ///< under this share where its tasks wait for what brokers send, however much waits there
  std::uint64_t seed = 1;
};

/// Of the simulated time.
inline constexpr Milliseconds kStep = std::chrono::seconds(1);

/// A Flink cluster with one job, second by second, told of only by what its REST API would say, ten seconds late at
/// times. TaskManagers take time to start, a job to be rescaled; what arrives in the meantime waits.
class SimCluster {
 public:
  SimCluster(const SimSettings& settings, Timestamp start);

  /// Lets one second pass in which `rate` records/s arrive, before noise.
  void step(double rate);

  /// What the REST API says now.
  [[nodiscard]] Observation observe() const;

  /// Begins to take actions, one after the other; none may be under way.
  void begin(const std::vector<Action>& actions);
  [[nodiscard]] bool acts() const { return !queue_.empty(); }
  /// What came of the actions that ended since the last call, in their order.
  std::vector<Outcome> take_outcomes();

  /// A TaskManager dies now: of those the job uses, where there is one.
  void kill_task_manager();

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] double backlog() const { return backlog_; }
  [[nodiscard]] double arrived() const { return arrived_; }      ///< records in the last second
  [[nodiscard]] double processed() const { return processed_; }  ///< records in the last second
  [[nodiscard]] double capacity() const;                         ///< records/s; 0 while the job is down
  [[nodiscard]] std::int64_t parallelism() const { return parallelism_; }
  [[nodiscard]] std::int64_t task_managers() const { return static_cast<std::int64_t>(task_managers_.size()); }
  [[nodiscard]] bool job_works() const;

 private:
  struct TaskManager {
    std::string id;
    double cpu_time_ns = 0;
  };
  struct UnderWay {
    Action action;
    Timestamp begun{};
    Timestamp ends{};
    bool fails = false;
  };

  void pass_actions();
  void start_next();
  void work(double rate);
  void use_cpu();
  void refresh();
  /// As Flink tells it: the mean of a minute, or of as long as the job works; at first its tasks are said to be busy.
  [[nodiscard]] double told_busy() const;
  [[nodiscard]] std::int64_t slots() const { return task_managers() * settings_.slots_per_tm; }
  void add_task_managers(std::int64_t count);

  SimSettings settings_;
  Random random_;
  Timestamp now_;
  std::vector<TaskManager> task_managers_{};
  std::int64_t next_tm_ = 1;
  std::deque<Timestamp> undetected_{};  ///< when each dead TaskManager will be known to be dead
  std::int64_t parallelism_;
  std::int64_t job_number_ = 1;
  std::optional<Timestamp> down_until_{};  ///< the job does not work before that, and not without its slots
  bool waits_for_slots_ = false;
  std::deque<UnderWay> queue_{};
  std::vector<Outcome> outcomes_{};
  double slow_noise_ = 0;
  double backlog_ = 0;
  double arrived_ = 0;
  double processed_ = 0;
  double counter_ = 0;  ///< numRecordsIn of the job as it runs
  double busy_ = 0;
  std::deque<double> busy_since_{};  ///< of each second since the job has begun to work, the last minute at the most
  // What the JobManager fetched last.
  Timestamp refreshed_at_{};
  double seen_counter_ = 0;
  double seen_busy_ = 0;
  double seen_backlog_ = 0;
  std::vector<double> seen_cpu_time_ns_{};
};

}  // namespace temblor::elastic
