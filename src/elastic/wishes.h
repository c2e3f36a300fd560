#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "elastic/decision.h"

namespace temblor::elastic {

/// What a policy would like to change, before anybody has asked whether it may.
struct Wish {
  std::int64_t to = 0;
  Note because = Note::kNormal;
};

struct Wishes {
  std::vector<Finding> findings{};  ///< thresholds that are crossed
  std::optional<Wish> parallelism{};
  std::optional<Wish> task_managers{};
  double capacity = 0;  ///< records/s that the job can work through (capacity.h); 0: not known
};

}  // namespace temblor::elastic
