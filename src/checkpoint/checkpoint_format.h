#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "checkpoint/checkpoint.h"

namespace temblor {

/// The version that this program writes; it reads this one and the one before.
inline constexpr std::uint32_t kCheckpointFormat = 1;

/// Called for each sensor of each open window while a checkpoint is read; the id lives during the call.
using WindowRestorer =
    std::function<void(Timestamp window_start, std::string_view sensor_id, const Aggregate& aggregate)>;

/// Writes a checkpoint, frame by frame, at the end of `file`. Errors are those of the file.
Result<void> write_checkpoint(const Checkpoint& checkpoint, OutputFile& file);

/// Reads a checkpoint; `name` is what errors call it. Any bytes may be given: what is not a whole, undamaged
/// checkpoint of a known version is an error that says what is wrong with it. `restore` may have been called before
/// an error is found: verify first (with an empty `restore`) where that matters.
Result<RestoredCheckpoint> read_checkpoint(InputFile& file, const std::string& name, const WindowRestorer& restore);

}  // namespace temblor
