#include "cli/run_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/number_text.h"

namespace temblor {
namespace {

double per_second(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// In the order in which people read it, not in that of the alphabet.
nlohmann::ordered_json counts_json(const Counts& counts, double seconds) {
  nlohmann::ordered_json dropped;
  for (std::size_t i = 0; i < kRejections; ++i) dropped[std::string(kRejectionNames[i])] = counts.dropped[i];
  return {{"records_read", counts.records_read},
          {"records_accepted", counts.records_accepted},
          {"dropped", dropped},
          {"late", counts.late},
          {"windows_emitted", counts.windows_emitted},
          {"results_emitted", counts.results_emitted},
          {"gaps", counts.gaps},
          {"seconds", seconds},
          {"records_per_second", per_second(counts.records_read, seconds)}};
}

}  // namespace

std::string to_json(const Summary& summary) {
  nlohmann::ordered_json json = counts_json(summary.life, summary.life_seconds);
  json["restarts"] = summary.restarts;
  json["finished"] = summary.finished;
  json["this_run"] = counts_json(summary.run, summary.run_seconds);
  return json.dump(2) + "\n";
}

std::string to_words(const Summary& summary) {
  const Counts& run = summary.run;
  std::string text = fmt::format("{} in {:.1f} s ({} records/s): {} accepted, {} dropped, {} late; {}, {}",
                                 counted(run.records_read, "record"), summary.run_seconds,
                                 rounded(per_second(run.records_read, summary.run_seconds)),
                                 grouped(run.records_accepted), grouped(run.dropped_total()), grouped(run.late),
                                 counted(run.windows_emitted, "window"), counted(run.results_emitted, "result"));
  std::string reasons;
  for (std::size_t i = 0; i < kRejections; ++i) {
    if (run.dropped[i] == 0) continue;
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", kRejectionNames[i], grouped(run.dropped[i]));
  }
  if (!reasons.empty()) text += "\ndropped: " + reasons;
  if (run.gaps > 0) text += "\n" + counted(run.gaps, "gap");
  if (summary.restarts > 0) {
    text += fmt::format("\nwith the runs before: {}, {}", counted(summary.life.records_read, "record"),
                        counted(summary.life.results_emitted, "result"));
  }
  return text + "\n";
}

}  // namespace temblor
