#include "flink_rest/metrics.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "flink_rest/answer.h"

namespace temblor::flink_rest {
namespace {

using Json = nlohmann::json;

/// A number, or text of one: NaN and the infinities come as text, and all values of a TaskManager do.
std::optional<double> number(const Json& value) {
  double result = NAN;
  if (value.is_number()) {
    result = value.get<double>();
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    char* end = nullptr;
    const double parsed = std::strtod(text.c_str(), &end);  // the program never leaves the C locale
    if (end != text.c_str()) result = parsed;
  }
  return std::isfinite(result) ? std::optional(result) : std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
  std::string query;
  for (const std::string& name : names) query += (query.empty() ? "" : ",") + encoded(name);
  return query;
}

}  // namespace

Result<std::map<std::string, SubtaskMetric>> Metrics::of_vertex(
    const std::string& job, const std::string& vertex, const std::function<bool(std::string_view)>& is_wanted) {
  const std::string path = "/jobs/" + job + "/vertices/" + vertex + "/subtasks/metrics";
  std::map<std::string, SubtaskMetric> metrics;
  // One name that Flink does not know, and it answers with none at all: first it is asked which there are.
  TEMBLOR_ASSIGN(const std::optional<Json> listed, http_.find(path));
  if (!listed) return metrics;
  std::vector<std::string> names;
  TEMBLOR_TRY(reading(http_.address(), [&] {
    for (const Json& metric : *listed) {
      auto name = metric.at("id").get<std::string>();
      if (is_wanted(name)) names.push_back(std::move(name));
    }
    return true;
  }));
  if (names.empty()) return metrics;
  TEMBLOR_ASSIGN(const std::optional<Json> values, http_.find(path + "?agg=sum,max&get=" + joined(names)));
  if (!values) return metrics;
  TEMBLOR_TRY(reading(http_.address(), [&] {
    for (const Json& metric : *values) {
      metrics[metric.at("id").get<std::string>()] = {.sum = number(metric.value("sum", Json())),
                                                     .max = number(metric.value("max", Json()))};
    }
    return true;
  }));
  return metrics;
}

Result<std::map<std::string, double>> Metrics::of_task_manager(const std::string& id,
                                                               const std::vector<std::string>& names) {
  std::map<std::string, double> metrics;
  TEMBLOR_ASSIGN(const std::optional<Json> values,
                 http_.find("/taskmanagers/" + encoded(id) + "/metrics?get=" + joined(names)));
  if (!values) return metrics;
  TEMBLOR_TRY(reading(http_.address(), [&] {
    for (const Json& metric : *values) {
      if (const auto value = number(metric.value("value", Json())))
        metrics[metric.at("id").get<std::string>()] = *value;
    }
    return true;
  }));
  return metrics;
}

}  // namespace temblor::flink_rest
