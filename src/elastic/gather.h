#pragma once

#include "base/file_system.h"
#include "elastic/decision_log.h"
#include "elastic/history.h"
#include "elastic/situation.h"

namespace temblor::elastic {

/// All that a decision is a function of, and what was left out of the history on the way.
struct Gathered {
  Situation situation;
  Samples left_out;  ///< its counts alone; the samples have gone into the situation
};

/// Puts together what lies in METRICS_DIR (history, memory, pause) and what the cluster says. Reads only.
Result<Gathered> gather(FileSystem& files, const Conf& conf, const Cluster& cluster, Timestamp now);

/// To be called when the actions of a decision begin, and again when they have ended, whatever came of them: notes on
/// disk, in METRICS_DIR, that the samples up to now are spent and when it was (remember, memory.h), and which of the
/// `outcomes` there are of the actions, in their order, were failures (note_rescale).
Result<void> spend(FileSystem& files, const Situation& situation, const std::vector<Action>& actions, Timestamp now,
                   const std::vector<Outcome>& outcomes = {});

}  // namespace temblor::elastic
