#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/program.h"
#include "base/result.h"
#include "elastic/alerts.h"
#include "elastic/check.h"
#include "elastic/conf.h"
#include "elastic/observation.h"

namespace temblor::elastic {

/// A sample that was taken.
struct Collected {
  std::string line;  ///< that tells of it: `throughput=10/s | cpu=0.0065 | tm=3 | records=15`
  std::string note;  ///< which job is meant, where the conf does not say so; else empty
};

/// What the scripts do: samples and decisions of one cluster. Reads the conf anew each time. One thread at a time;
/// several processes may take samples, one at a time acts.
class Scaler {
 public:
  /// `conf_path` is elastic.conf's. `shown`: the lines of the schedule log are shown on the standard output too. All
  /// outlive the object.
  Scaler(const Environment& environment, Programs& programs, std::string conf_path, bool shown)
      : environment_(environment), programs_(programs), conf_path_(std::move(conf_path)), shown_(shown) {}

  /// Takes one sample into the history.
  Result<Collected> collect();

  /// Brings a change of parallelism to its end that another process left behind; whether there was one. It comes before
  /// all else: while it is under way no job may run, and there is nothing to measure. An error is in the log already.
  Result<bool> finish();

  /// Takes one decision and carries it out, unless there is a change of parallelism to finish first (finish()); or,
  /// with `dry_run`, only says what it would do. What comes of it is in the schedule log and in the log of decisions;
  /// trouble goes to people as alerts. An error is what kept it from deciding or from acting; it is in the log already.
  Result<void> decide(bool dry_run);

  /// The cluster and the scaler as they are now, some lines for a person.
  Result<std::string> status();

  /// Tries all that scaling needs (check.h).
  Result<std::vector<Trial>> check();

  /// Sends an alert, as `alert.sh` does.
  Result<void> alert(const std::string& level, const std::string& message);

  /// What stands in the way of the next round and what has gone away, for the loop: tells people once.
  void report_trouble(const Result<void>& outcome);

  /// The conf as it is now.
  Result<ReadConf> conf() { return read_conf(environment_.files, conf_path_); }

 private:
  struct Connection;  ///< the cluster as the conf names it (scaler.cc)
  struct Workplace;   ///< all that an action needs, put together for one (scaler.cc)

  static Result<Connection> connect(const Conf& conf);
  /// The cluster and the job that is meant, as they are now.
  Result<Observation> look(Connection& cluster);

  Alerts alerts_of(const Conf& conf);
  Result<std::unique_ptr<FileLock>> lock_actions(const Conf& conf, Milliseconds patience);
  Result<std::unique_ptr<Workplace>> workplace(const Conf& conf);
  Result<bool> finish_locked(const Conf& conf);
  Result<void> decide_locked(const Conf& conf, bool dry_run);

  const Environment& environment_;
  Programs& programs_;
  std::string conf_path_;
  bool shown_;
  std::optional<OpenTroubles> unwritten_troubles_;  ///< for Alerts
};

}  // namespace temblor::elastic
