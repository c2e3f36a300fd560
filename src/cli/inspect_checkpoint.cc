#include <fmt/format.h>

#include <map>
#include <string>

#include "checkpoint/checkpoint_format.h"
#include "checkpoint/recovery.h"
#include "cli/inspect.h"
#include "cli/number_text.h"
#include "schema/printable.h"

namespace temblor {
namespace {

/// The file itself, or the newest checkpoint of a folder.
Result<std::string> find_checkpoint(const std::string& path, FileSystem& files) {
  const auto names = files.list(path);
  if (!names) return path;
  const auto ids = recovery_order(*names);
  if (ids.empty()) return user_error(path, "holds no checkpoint", "name the folder given as --checkpoint-dir");
  return path + "/" + checkpoint_name(ids[0]);
}

std::string time_text(Timestamp t) { return t == kBeforeAll ? "-" : t == kAfterAll ? "the end" : to_iso8601(t); }

/// Lines of a heading at the left and, beside it, what belongs to it.
class Sections {
 public:
  explicit Sections(TextOutput& out) : out_(out) {}
  Result<void> line(std::string_view heading, const std::string& text) {
    return out_.line(fmt::format("{:<12}{}", heading, text));
  }

 private:
  TextOutput& out_;
};

Result<void> show_job(const RestoredCheckpoint& checkpoint, Sections& out) {
  const CheckpointFacts& facts = checkpoint.facts;
  TEMBLOR_TRY(out.line("checkpoint", fmt::format("{} of {}", facts.id, to_iso8601(facts.created))));
  TEMBLOR_TRY(
      out.line("job", fmt::format("began {}, ran {:.1f} s, {}, {}", to_iso8601(facts.job_start), facts.seconds,
                                  counted(facts.restarts, "restart"), facts.finished ? "finished" : "not finished")));
  std::string_view heading = "settings";
  for (const auto& [name, value] : facts.settings) {
    if (value.empty()) continue;
    TEMBLOR_TRY(out.line(std::exchange(heading, ""), fmt::format("{:<18} {}", printable(name), printable(value))));
  }
  const Counts& counts = facts.counts;
  TEMBLOR_TRY(out.line(
      "counts", fmt::format("{} read, {} accepted, {} dropped, {} late; {}, {}", grouped(counts.records_read),
                            grouped(counts.records_accepted), grouped(counts.dropped_total()), grouped(counts.late),
                            counted(counts.windows_emitted, "window"), counted(counts.results_emitted, "result"))));
  for (std::size_t i = 0; i < kRejections; ++i) {
    if (counts.dropped[i] == 0) continue;
    TEMBLOR_TRY(out.line("", fmt::format("dropped {:<18} {}", kRejectionNames[i], grouped(counts.dropped[i]))));
  }
  if (counts.gaps > 0) TEMBLOR_TRY(out.line("", counted(counts.gaps, "gap")));
  return {};
}

Result<void> show_splits(const Inspection& inspection, const RestoredCheckpoint& checkpoint, Sections& out) {
  std::uint64_t shown = 0;
  for (const SplitCheckpoint& split : checkpoint.splits) {
    if (shown == inspection.limit) break;
    TEMBLOR_TRY(out.line(
        shown++ == 0 ? "splits" : "",
        fmt::format("{}  offset {}, newest reading {}{}{}", printable(split.id), split.offset, time_text(split.highest),
                    split.state.empty() ? "" : fmt::format(", {} bytes of state", split.state.size()),
                    split.ended ? ", ended" : "")));
  }
  if (checkpoint.splits.size() <= shown) return {};
  return out.line("", fmt::format("… {} more (--limit 0 shows all)", grouped(checkpoint.splits.size() - shown)));
}

Result<void> show_windows(const Inspection& inspection, const std::map<Timestamp, std::uint64_t>& sensors,
                          const RestoredCheckpoint& checkpoint, Sections& out) {
  TEMBLOR_TRY(out.line("closed", "windows up to " + time_text(checkpoint.facts.closed_through)));
  std::uint64_t shown = 0;
  for (const auto& [start, count] : sensors) {
    if (shown == inspection.limit) break;
    TEMBLOR_TRY(
        out.line(shown++ == 0 ? "open" : "", fmt::format("{}  {}", to_iso8601(start), counted(count, "sensor"))));
  }
  if (sensors.size() <= shown) return {};
  return out.line("", fmt::format("… {} more (--limit 0 shows all)", grouped(sensors.size() - shown)));
}

Result<void> show_pending(const RestoredCheckpoint& checkpoint, Sections& out) {
  std::uint64_t rows = 0;
  for (const WindowResults& window : checkpoint.results) rows += window.rows.size();
  TEMBLOR_TRY(out.line("to commit", fmt::format("{} with {}, {} of late letters, {} of dead ones",
                                                counted(checkpoint.results.size(), "window"), counted(rows, "result"),
                                                counted(checkpoint.late_letters.size(), "byte"),
                                                counted(checkpoint.dead_letters.size(), "byte"))));
  for (const SinkCheckpoint& sink : checkpoint.sinks) {
    if (sink.prepared.empty()) continue;
    TEMBLOR_TRY(out.line("", fmt::format("{}  from {}", printable(sink.uri), printable(sink.prepared))));
  }
  return {};
}

}  // namespace

Result<void> inspect_checkpoint(const Inspection& inspection) {
  FileSystem& files = inspection.environment.files;
  TEMBLOR_ASSIGN(const std::string path, find_checkpoint(inspection.path, files));
  auto file = files.open_read(path, 0);
  if (!file) return user_error(path, file.error().what, "check the path and its permissions");
  TEMBLOR_ASSIGN(const std::uint64_t size, files.size(path));
  std::map<Timestamp, std::uint64_t> sensors;  // of each open window
  TEMBLOR_ASSIGN(const RestoredCheckpoint checkpoint,
                 read_checkpoint(**file, path, [&](Timestamp window_start, std::string_view, const Aggregate&) {
                   ++sensors[window_start];
                 }));
  Sections out(inspection.out);
  TEMBLOR_TRY(out.line("file", fmt::format("{}, {} bytes", printable(path), grouped(size))));
  TEMBLOR_TRY(show_job(checkpoint, out));
  TEMBLOR_TRY(show_splits(inspection, checkpoint, out));
  TEMBLOR_TRY(show_windows(inspection, sensors, checkpoint, out));
  return show_pending(checkpoint, out);
}

}  // namespace temblor
