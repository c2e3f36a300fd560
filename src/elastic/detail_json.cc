#include "elastic/detail_json.h"

#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/json_values.h"

namespace temblor::elastic {
namespace {

using Json = nlohmann::ordered_json;

// A counter is an array, since a cluster of a thousand TaskManagers writes a thousand of them in each line.
Json to_json(const Counter& c) {
  return Json::array({c.value, to_ms(c.seen_at), to_ms(c.changed_at), c.has_changed, c.rate, c.total});
}

Counter counter_from(const Json& json) {
  return {json.at(0).get<double>(), moment(json.at(1)),       moment(json.at(2)),
          json.at(3).get<bool>(),   json.at(4).get<double>(), json.at(5).get<double>()};
}

Detail detail_from(const Json& json) {
  Detail detail;
  detail.job_id = json.at("job").get<std::string>();
  detail.job_state = job_state_from(json.at("state").get<std::string>());
  detail.began_again = json.at("began_again").get<bool>();
  if (json.contains("began_ms")) detail.began = moment(json["began_ms"]);
  detail.parallelism = whole_number<std::int64_t>(json.at("parallelism"));
  detail.task_managers = whole_number<std::int64_t>(json.at("task_managers"));
  detail.slots = whole_number<std::int64_t>(json.at("slots"));
  detail.free_slots = whole_number<std::int64_t>(json.at("free_slots"));
  detail.pending = optional_number(json.at("pending"));
  detail.records = json.at("records").get<double>();
  for (const auto& [id, vertex] : json.at("vertices").items()) {
    detail.vertices[id] = {vertex.at("name").get<std::string>(), vertex.at("source").get<bool>(),
                           whole_number<std::int64_t>(vertex.at("parallelism")), counter_from(vertex.at("records")),
                           optional_number(vertex.at("busy"))};
  }
  for (const Json& each : json.at("cpu_time"))
    detail.cpu_time[each.at(0).get<std::string>()] = counter_from(each.at(1));
  return detail;
}

}  // namespace

std::string detail_line(const Sample& sample) {
  TEMBLOR_ASSERT(sample.detail.has_value());
  const Detail& detail = *sample.detail;
  Json vertices = Json::object();
  for (const auto& [id, vertex] : detail.vertices) {
    vertices[id] = {{"name", vertex.name},
                    {"source", vertex.is_source},
                    {"parallelism", vertex.parallelism},
                    {"busy", json_of<Json>(vertex.busy)},
                    {"records", to_json(vertex.records)}};
  }
  // No object: an ordered one is searched from the front for each name.
  Json cpu_time = Json::array();
  for (const auto& [id, counter] : detail.cpu_time) cpu_time.push_back(Json::array({id, to_json(counter)}));
  const Json line = {{"time", to_ms(sample.time)},
                     {"throughput", sample.throughput},
                     {"cpu", sample.cpu},
                     {"job", detail.job_id},
                     {"state", to_string(detail.job_state)},
                     {"began_again", detail.began_again},
                     {"began_ms", to_ms(detail.began)},
                     {"parallelism", detail.parallelism},
                     {"task_managers", detail.task_managers},
                     {"slots", detail.slots},
                     {"free_slots", detail.free_slots},
                     {"pending", json_of<Json>(detail.pending)},
                     {"records", detail.records},
                     {"vertices", std::move(vertices)},
                     {"cpu_time", std::move(cpu_time)}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Sample> parse_detail_line(std::string_view line) {
  // The only exceptions that the library cannot be asked to keep to itself; they go no further than here.
  try {
    const Json json = Json::parse(line);
    Sample sample{timestamp_from_ms(whole_number<std::int64_t>(json.at("time"))), json.at("throughput").get<double>(),
                  json.at("cpu").get<double>(), detail_from(json)};
    if (sample.time < kEarliest || sample.time > kLatest) return std::nullopt;
    return sample;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace temblor::elastic
