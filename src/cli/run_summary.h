#pragma once

#include <string>

#include "pipeline/pipeline.h"

namespace temblor {

/// What a run came to, as the JSON of `--summary`: the counts of the job's whole life, and those of this run.
std::string to_json(const Summary& summary);

/// The same in a few words for a person who watched the run.
std::string to_words(const Summary& summary);

}  // namespace temblor
