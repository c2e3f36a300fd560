#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "elastic/sample.h"

namespace temblor::elastic {

/// Samples as they are on disk, the oldest first, each later than or as late as the one before.
struct Samples {
  std::vector<Sample> all;
  std::size_t unreadable = 0;    ///< lines cut in half or garbled, left out
  std::size_t from_future = 0;   ///< lines later than now, left out
  std::size_t out_of_order = 0;  ///< lines later than one behind them (the clock was set back), left out
  std::string newest_line{};     ///< the last line of the history that is in `all`; empty where that is empty
};

/// The files in METRICS_DIR: `history_metrics.log`, a line for each sample in the documented format, which people read,
/// write and delete to start over; and `details.jsonl` beside it, a JSON line for each sample (detail_json.h).
/// One process at a time appends; any number read. Only the last 4 MiB of each are looked at.
class History {
 public:
  /// Does not touch the files yet.
  History(FileSystem& files, std::string metrics_dir);

  /// Appends one sample to both files, making them and their folder where they are missing. Where the history is
  /// missing the details are started over, too. Not synced: a sample that a power cut takes is no loss.
  Result<void> append(const Sample& sample);

  /// What there is, `now` being the judge of what is from the future. `spent_line` (memory.h) is the newest line that
  /// an action has used up: it and all lines before it are left out; empty, or no longer in the file: nothing is spent.
  Result<Samples> read(Timestamp now, std::string_view spent_line = {});

  /// The newest sample, for the next one to start from; nothing where the next is the first.
  Result<std::optional<Sample>> newest(Timestamp now);

 private:
  FileSystem& files_;
  std::string directory_;
  std::string lines_path_;
  std::string details_path_;
};

/// `1764458303,throughput:10,cpu:0.0070`.
std::string history_line(const Sample& sample);

/// Reads such a line; nothing where it is none.
std::optional<Sample> parse_history_line(std::string_view line);

}  // namespace temblor::elastic
