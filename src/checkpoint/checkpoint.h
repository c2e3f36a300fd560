#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "operators/window_operator.h"
#include "schema/counts.h"
#include "schema/window_result.h"

namespace temblor {

/// Where one split stands.
struct SplitCheckpoint {
  std::string id;
  std::int64_t offset = 0;
  std::string state;               ///< the source's own
  Timestamp highest = kBeforeAll;  ///< highest accepted timestamp
  bool ended = false;
};

/// What one sink must know to commit again.
struct SinkCheckpoint {
  std::string uri;
  std::string prepared;
};

/// The part of a checkpoint that is small and read by everybody.
struct CheckpointFacts {
  std::uint64_t id = 0;
  Timestamp created{};
  std::map<std::string, std::string> settings;  ///< those that change results
  Timestamp job_start{};
  Timestamp reference{};  ///< what timestamps of data that was there before are judged by
  Timestamp closed_through = kBeforeAll;
  Timestamp last_stamp = kBeforeAll;
  Counts counts;
  double seconds = 0;
  std::uint64_t restarts = 0;
  bool finished = false;
};

/// The whole state of a job at one barrier, ready to be written: splits, open windows, what is not yet committed.
struct Checkpoint {
  CheckpointFacts facts;
  std::vector<SplitCheckpoint> splits;
  WindowSnapshot windows;
  std::vector<WindowResults> results;  ///< fired, not yet committed
  std::vector<SinkCheckpoint> sinks;
  std::string late_letters;
  std::string dead_letters;
};

/// The same as read back from a file. The open windows go straight to whoever restores them (CheckpointVisitor),
/// because a million sensors are not worth holding twice.
struct RestoredCheckpoint {
  CheckpointFacts facts;
  std::vector<SplitCheckpoint> splits;
  std::vector<WindowResults> results;
  std::vector<SinkCheckpoint> sinks;
  std::string late_letters;
  std::string dead_letters;
};

}  // namespace temblor
