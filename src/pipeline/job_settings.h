#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "pipeline/job.h"

namespace temblor {

/// The settings of a job that change its results, by their names on the command line: what a checkpoint belongs to.
std::map<std::string, std::string> settings_of(const Job& job);

/// Refuses a checkpoint that was taken with other settings than `now`, naming the first that differs.
/// `directory` is where the checkpoint lies.
Result<void> check_same_job(const std::map<std::string, std::string>& then,
                            const std::map<std::string, std::string>& now, const std::string& directory);

}  // namespace temblor
