#include <nlohmann/json.hpp>

#include "base/json_values.h"
#include "elastic/decision_log.h"

namespace temblor::elastic {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Note note) { return kNoteNames[static_cast<std::size_t>(note)].second; }

Note note_from(const std::string& name) {
  for (const auto& [note, known] : kNoteNames) {
    if (known == name) return note;
  }
  return Note::kNormal;
}

Milliseconds ms_from(const Json& json) { return Milliseconds(whole_number<std::int64_t>(json)); }

DecisionRecord record_from(const Json& json) {
  DecisionRecord record;
  record.time = moment(json.at("time"));
  record.policy = json.at("policy").get<std::string>() == "model" ? Policy::kModel : Policy::kThreshold;
  record.dry_run = json.at("dry_run").get<bool>();
  const Json& in = json.at("inputs");
  record.cluster = {job_state_from(in.at("job_state").get<std::string>()),
                    whole_number<std::int64_t>(in.at("parallelism")),
                    whole_number<std::int64_t>(in.at("max_parallelism")),
                    whole_number<std::int64_t>(in.at("task_managers")),
                    whole_number<std::int64_t>(in.at("slots")),
                    whole_number<std::int64_t>(in.at("free_slots"))};
  record.samples = whole_number<std::size_t>(in.at("samples"));
  record.throughput = in.at("throughput").get<double>();
  record.cpu = in.at("cpu").get<double>();
  record.pending = optional_number(in.at("pending"));
  record.busy = optional_number(in.at("busy"));
  record.capacity = in.at("capacity").get<double>();
  for (const Json& finding : json.at("findings")) {
    record.decision.findings.push_back({note_from(finding.at("note").get<std::string>()),
                                        finding.at("first").get<double>(), finding.at("second").get<double>()});
  }
  for (const Json& action : json.at("actions")) {
    const bool parallelism = action.at("target").get<std::string>() == "parallelism";
    record.decision.actions.push_back(
        {parallelism ? Target::kParallelism : Target::kTaskManagers, whole_number<std::int64_t>(action.at("from")),
         whole_number<std::int64_t>(action.at("to")), note_from(action.at("because").get<std::string>())});
  }
  for (const Json& outcome : json.at("outcomes")) {
    record.outcomes.push_back({outcome.at("done").get<bool>(), outcome.at("error").get<std::string>(),
                               ms_from(outcome.at("took_ms")), ms_from(outcome.at("downtime_ms")),
                               outcome.value("went_back", false)});
  }
  return record;
}

}  // namespace

std::string decision_line(const DecisionRecord& record) {
  Json findings = Json::array();
  for (const Finding& finding : record.decision.findings) {
    findings.push_back({{"note", name_of(finding.note)}, {"first", finding.first}, {"second", finding.second}});
  }
  Json actions = Json::array();
  for (const Action& action : record.decision.actions) {
    actions.push_back({{"target", action.target == Target::kParallelism ? "parallelism" : "task_managers"},
                       {"from", action.from},
                       {"to", action.to},
                       {"because", name_of(action.because)}});
  }
  Json outcomes = Json::array();
  for (const Outcome& outcome : record.outcomes) {
    outcomes.push_back({{"done", outcome.done},
                        {"error", outcome.error},
                        {"took_ms", outcome.took.count()},
                        {"downtime_ms", outcome.downtime.count()},
                        {"went_back", outcome.went_back}});
  }
  const Json inputs = {{"job_state", to_string(record.cluster.job_state)},
                       {"parallelism", record.cluster.parallelism},
                       {"max_parallelism", record.cluster.max_parallelism},
                       {"task_managers", record.cluster.task_managers},
                       {"slots", record.cluster.slots},
                       {"free_slots", record.cluster.free_slots},
                       {"samples", record.samples},
                       {"throughput", record.throughput},
                       {"cpu", record.cpu},
                       {"pending", json_of<Json>(record.pending)},
                       {"busy", json_of<Json>(record.busy)},
                       {"capacity", record.capacity}};
  const Json line = {{"time", to_ms(record.time)}, {"policy", record.policy == Policy::kModel ? "model" : "threshold"},
                     {"dry_run", record.dry_run},  {"inputs", inputs},
                     {"findings", findings},       {"actions", actions},
                     {"outcomes", outcomes}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<DecisionRecord> parse_decision_line(std::string_view line) {
  try {
    return record_from(Json::parse(line));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace temblor::elastic
