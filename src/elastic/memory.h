#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "elastic/decision.h"

namespace temblor::elastic {

/// The last time that the parallelism grew.
struct Growth {
  Timestamp time{};
  std::int64_t from = 0;
  std::int64_t to = 0;
  double capacity_before = 0;  ///< records/s that the job could have worked through (capacity.h); 0: not known
};

/// What has to be known from one decision to the next, whatever happens to the history in between.
struct Memory {
  /// The newest line of the history when the last action ended: it and all before it are spent. The line itself, and
  /// not its time or place, so that neither a clock that jumps nor a file that is deleted and begun anew spends new
  /// samples.
  std::string spent_line{};
  std::optional<Timestamp> last_out{};  ///< when the last growing action ended
  std::optional<Timestamp> last_in{};   ///< when the last shrinking action ended
  std::optional<Growth> growth{};
  std::int64_t failed_rescales = 0;  ///< changes of parallelism in a row that went back: each took the job down in vain
};

/// For how long nothing changes the parallelism after so many failures in a row: a minute, twice as long for each
/// more, and an hour at the most.
Milliseconds pause_after_failures(std::int64_t failures);

/// The memory after `actions` were taken, or tried, and ended at `now`. `newest_line` is the history's then (of
/// Samples); `capacity` that of before, records/s, 0 where it is not known.
Memory remember(Memory memory, const std::vector<Action>& actions, Timestamp now, std::string_view newest_line,
                double capacity);

/// Notes how a change of parallelism ended: one that went back counts, one that came through starts the count anew.
void note_rescale(Memory& memory, bool went_back);

/// Reads METRICS_DIR/memory.json; an empty memory where there is none. A damaged file is the world's error.
Result<Memory> read_memory(FileSystem& files, const std::string& metrics_dir);

/// Writes it as one lasting step.
Result<void> write_memory(FileSystem& files, const std::string& metrics_dir, const Memory& memory);

}  // namespace temblor::elastic
