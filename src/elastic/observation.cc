#include "elastic/observation.h"

#include <array>
#include <utility>

namespace temblor::elastic {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 4> kNames = {{{JobState::kRunning, "running"},
                                                                          {JobState::kRestarting, "restarting"},
                                                                          {JobState::kEnded, "ended"},
                                                                          {JobState::kUnknown, "unknown"}}};

}  // namespace

std::string_view to_string(JobState state) {
  for (const auto& [known, name] : kNames) {
    if (known == state) return name;
  }
  return "unknown";
}

JobState job_state_from(std::string_view text) {
  for (const auto& [known, name] : kNames) {
    if (name == text) return known;
  }
  return JobState::kUnknown;
}

}  // namespace temblor::elastic
