#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "pipeline/job.h"

namespace temblor {

/// The amplitudes that the sources take for plausible by themselves, where all agree.
std::optional<AmplitudeRange> own_amplitude_range(const Job& job);

/// As a person writes it: `-10:10`.
std::string to_string(const AmplitudeRange& range);

/// The settings of a job that change its results, by their names on the command line: what a checkpoint belongs to.
std::map<std::string, std::string> settings_of(const Job& job);

/// Refuses a checkpoint that was taken with other settings than `now`, naming the first that differs.
/// `directory` is where the checkpoint lies.
Result<void> check_same_job(const std::map<std::string, std::string>& then,
                            const std::map<std::string, std::string>& now, const std::string& directory);

}  // namespace temblor
