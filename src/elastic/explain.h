#pragma once

#include <string>
#include <vector>

#include "elastic/decision_log.h"
#include "elastic/texts.h"

namespace temblor::elastic {

/// A decision in words: when, from what, why it acted or did not, and what came of it; some lines of text.
std::string explain(const DecisionRecord& record, const Texts& texts);

/// The events as a list, a line for each action.
std::string list_events(const std::vector<DecisionRecord>& events, const Texts& texts);

}  // namespace temblor::elastic
