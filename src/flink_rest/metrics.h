#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flink_rest/http.h"

namespace temblor::flink_rest {

/// A metric over the subtasks of a vertex. What Flink calls NaN is absent.
struct SubtaskMetric {
  std::optional<double> sum;
  std::optional<double> max;
};

/// The metrics of jobs and TaskManagers (1.17, docs/ops/metrics). Their values are up to ten seconds old, and absent in
/// the first ones. Errors are those of Http. One thread at a time.
class Metrics {
 public:
  explicit Metrics(Http http) : http_(std::move(http)) {}

  /// Those of a vertex whose names `is_wanted`, by name.
  Result<std::map<std::string, SubtaskMetric>> of_vertex(const std::string& job, const std::string& vertex,
                                                         const std::function<bool(std::string_view)>& is_wanted);

  /// Those of a TaskManager, by name; the ones it has not are absent. Empty where the TaskManager is gone meanwhile.
  Result<std::map<std::string, double>> of_task_manager(const std::string& id, const std::vector<std::string>& names);

 private:
  Http http_;
};

}  // namespace temblor::flink_rest
