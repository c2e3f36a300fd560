#include "elastic/rescale_journal.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/json_values.h"

namespace temblor::elastic {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kLongest = std::size_t{1} << 20U;
constexpr std::array<const char*, 5> kSteps = {"stopping", "ending tm", "starting", "going back", "naming"};

nlohmann::json to_json(const RescaleJournal& journal) {
  nlohmann::json json = {{"version", kVersion},
                         {"step", kSteps[static_cast<std::size_t>(journal.step)]},
                         {"began_ms", to_ms(journal.began)},
                         {"old_job", journal.old_job},
                         {"name", journal.name},
                         {"neighbours", journal.neighbours},
                         {"trigger", journal.trigger},
                         {"cancel", journal.cancel},
                         {"savepoint_dir", journal.savepoint_dir},
                         {"savepoint", journal.savepoint},
                         {"older_savepoints", journal.older_savepoints},
                         {"task_manager", journal.task_manager},
                         {"job", journal.job},
                         {"abandoned_jobs", journal.abandoned_jobs},
                         {"strays", journal.strays},
                         {"is_others", journal.is_others},
                         {"from", journal.from},
                         {"to", journal.to},
                         {"attempts", journal.attempts},
                         {"jar", journal.jar},
                         {"main_class", journal.main_class},
                         {"arguments", journal.arguments},
                         {"tm_trouble", journal.tm_trouble},
                         {"trouble", journal.trouble}};
  if (journal.unheard) json["unheard_ms"] = to_ms(*journal.unheard);
  if (journal.ended) json["ended_ms"] = to_ms(*journal.ended);
  if (journal.over) json["over_ms"] = to_ms(*journal.over);
  return json;
}

/// Throws where something is missing or of another kind.
RescaleJournal from_json(const nlohmann::json& json) {
  if (whole_number<int>(json.at("version")) != kVersion) throw std::out_of_range("version");
  RescaleJournal journal;
  const auto step = json.at("step").get<std::string>();
  std::size_t at = 0;
  while (at < kSteps.size() && step != kSteps[at]) ++at;
  if (at == kSteps.size()) throw std::out_of_range("step");
  journal.step = static_cast<RescaleStep>(at);
  journal.began = moment(json.at("began_ms"));
  json.at("old_job").get_to(journal.old_job);
  json.at("trigger").get_to(journal.trigger);
  json.at("cancel").get_to(journal.cancel);
  json.at("savepoint_dir").get_to(journal.savepoint_dir);
  json.at("savepoint").get_to(journal.savepoint);
  json.at("older_savepoints").get_to(journal.older_savepoints);
  json.at("task_manager").get_to(journal.task_manager);
  json.at("job").get_to(journal.job);
  json.at("abandoned_jobs").get_to(journal.abandoned_jobs);
  if (json.contains("strays")) json["strays"].get_to(journal.strays);
  if (json.contains("name")) json["name"].get_to(journal.name);
  if (json.contains("neighbours")) json["neighbours"].get_to(journal.neighbours);
  if (json.contains("is_others")) json["is_others"].get_to(journal.is_others);
  journal.from = whole_number<decltype(journal.from)>(json.at("from"));
  journal.to = whole_number<decltype(journal.to)>(json.at("to"));
  journal.attempts = whole_number<decltype(journal.attempts)>(json.at("attempts"));
  json.at("jar").get_to(journal.jar);
  json.at("main_class").get_to(journal.main_class);
  json.at("arguments").get_to(journal.arguments);
  json.at("tm_trouble").get_to(journal.tm_trouble);
  json.at("trouble").get_to(journal.trouble);
  if (json.contains("unheard_ms")) journal.unheard = moment(json["unheard_ms"]);
  if (json.contains("ended_ms")) journal.ended = moment(json["ended_ms"]);
  if (json.contains("over_ms")) journal.over = moment(json["over_ms"]);
  return journal;
}

}  // namespace

Result<std::optional<RescaleJournal>> RescaleJournalFile::read() const {
  if (!files_.exists(path_)) return std::nullopt;
  TEMBLOR_ASSIGN(const std::string text, read_file(files_, path_, kLongest));
  try {
    return from_json(nlohmann::json::parse(text));
  } catch (const std::exception& fault) {
    return world_error(path_, std::string("is no journal of a rescale: ") + fault.what(),
                       "see which job runs and which savepoint is the newest; then remove the file");
  }
}

Result<void> RescaleJournalFile::write(const RescaleJournal& journal) {
  TEMBLOR_TRY(files_.create_directories(directory_of(path_)));
  // Some of it is what others have said, which need not be UTF-8.
  const std::string text = to_json(journal).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return replace_file(files_, path_, text + "\n");
}

Result<void> RescaleJournalFile::remove() {
  TEMBLOR_TRY(files_.remove(path_));
  return files_.sync_directory(directory_of(path_));
}

}  // namespace temblor::elastic
