#include "elastic/memory.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_values.h"
#include "base/limits.h"

namespace temblor::elastic {
namespace {

using Json = nlohmann::ordered_json;

constexpr Milliseconds kShortestPause{60'000};
constexpr Milliseconds kLongestPause{3'600'000};

std::string path_in(const std::string& metrics_dir) { return metrics_dir + "/memory.json"; }

Json time_json(const std::optional<Timestamp>& time) { return time ? Json(to_ms(*time)) : Json(nullptr); }

std::optional<Timestamp> time_from(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(moment(json));
}

}  // namespace

Milliseconds pause_after_failures(std::int64_t failures) {
  if (failures <= 0) return {};
  Milliseconds pause = kShortestPause;
  for (std::int64_t i = 1; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

Memory remember(Memory memory, const std::vector<Action>& actions, Timestamp now, std::string_view newest_line,
                double capacity) {
  if (actions.empty()) return memory;
  if (!newest_line.empty()) memory.spent_line = newest_line;
  for (const Action& action : actions) {
    (action.grows() ? memory.last_out : memory.last_in) = now;
    // It tells what a subtask can do at its limit (model_policy.cc), also after the job has shrunk.
    if (action.target == Target::kParallelism && action.grows()) {
      memory.growth = Growth{now, action.from, action.to, capacity};
    }
  }
  return memory;
}

void note_rescale(Memory& memory, bool went_back) {
  memory.failed_rescales = went_back ? memory.failed_rescales + 1 : 0;
}

Result<Memory> read_memory(FileSystem& files, const std::string& metrics_dir) {
  const std::string path = path_in(metrics_dir);
  if (!files.exists(path)) return Memory();
  TEMBLOR_ASSIGN(const std::string text, read_file(files, path, limits::kElasticConfBytes));
  try {
    const Json json = Json::parse(text);
    Memory memory;
    memory.spent_line = json.at("spent_line").get<std::string>();
    memory.last_out = time_from(json.at("last_out"));
    memory.last_in = time_from(json.at("last_in"));
    if (const Json& growth = json.at("growth"); !growth.is_null()) {
      memory.growth = Growth{moment(growth.at("time")), whole_number<std::int64_t>(growth.at("from")),
                             whole_number<std::int64_t>(growth.at("to")), growth.at("capacity_before").get<double>()};
    }
    memory.failed_rescales = whole_number<std::int64_t>(json.value("failed_rescales", Json(0)));
    return memory;
  } catch (const Json::exception&) {
    return world_error(path, "is damaged", "remove it: only cooldowns and spent samples are forgotten");
  }
}

Result<void> write_memory(FileSystem& files, const std::string& metrics_dir, const Memory& memory) {
  Json growth(nullptr);
  if (memory.growth) {
    growth = {{"time", to_ms(memory.growth->time)},
              {"from", memory.growth->from},
              {"to", memory.growth->to},
              {"capacity_before", memory.growth->capacity_before}};
  }
  const Json json = {{"spent_line", memory.spent_line},
                     {"last_out", time_json(memory.last_out)},
                     {"last_in", time_json(memory.last_in)},
                     {"growth", growth},
                     {"failed_rescales", memory.failed_rescales}};
  TEMBLOR_TRY(files.create_directories(metrics_dir));
  return replace_file(files, path_in(metrics_dir), json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace temblor::elastic
