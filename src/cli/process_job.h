#pragma once

#include "base/environment.h"
#include "settings/process_settings.h"

namespace temblor {

/// The job that the settings ask for: sources and sinks made and checked against each other and the rest, nothing
/// opened, nothing written. Sets the time and the amplitude range in `written`, where the sources decided them. Errors
/// name the place of the setting in `written`.
Result<Job> make_job(ProcessSettings settings, WrittenSettings& written, const Environment& environment);

}  // namespace temblor
