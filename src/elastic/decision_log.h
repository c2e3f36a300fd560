#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "elastic/situation.h"

namespace temblor::elastic {

/// What came of one action.
struct Outcome {
  bool done = false;
  std::string error{};      ///< one line where it failed
  Milliseconds took{};      ///< from its begin to its end
  Milliseconds downtime{};  ///< for how long the job did not work
  bool went_back = false;   ///< the job was taken down and runs as it did before
};

/// A decision with what it was taken from and what came of it, as it is kept.
struct DecisionRecord {
  Timestamp time{};
  Policy policy = Policy::kThreshold;
  bool dry_run = false;
  Cluster cluster{};
  std::size_t samples = 0;  ///< unspent ones
  double throughput = 0;    ///< records/s; this and the next three of the newest sample
  double cpu = 0;
  std::optional<double> pending{};  ///< records
  std::optional<double> busy{};     ///< of the busiest subtask
  double capacity = 0;              ///< records/s; 0: not known
  Decision decision{};
  std::vector<Outcome> outcomes{};  ///< of the actions, in their order; fewer where one failed or none was tried
};

/// The record of a decision that has just been taken; whoever carries it out adds the outcomes.
DecisionRecord record_of(const Situation& situation, const Decision& decision);

/// One line of JSON, without its end, and back; nothing where it is none.
std::string decision_line(const DecisionRecord& record);
std::optional<DecisionRecord> parse_decision_line(std::string_view line);

/// METRICS_DIR/decisions.jsonl, a line for each decision; at 16 MiB it becomes decisions.jsonl.1, which is kept until
/// the next. One process at a time appends.
class DecisionLog {
 public:
  DecisionLog(FileSystem& files, const std::string& metrics_dir);

  Result<void> append(const DecisionRecord& record);
  /// The last decision.
  Result<std::optional<DecisionRecord>> newest();
  /// The last `most` decisions that had actions, the oldest first.
  Result<std::vector<DecisionRecord>> events(std::size_t most);

 private:
  FileSystem& files_;
  std::string path_;
  std::string older_path_;
};

}  // namespace temblor::elastic
