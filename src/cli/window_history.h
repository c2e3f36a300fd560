#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "connectors/sink.h"

namespace temblor {

/// One window of one sensor, as the demo looks at it.
struct SensorWindow {
  Timestamp start{};
  float max = 0;
  float min = 0;
  std::int32_t readings = 0;
  std::int32_t p_phases = 0;
  std::int32_t s_phases = 0;

  /// How much the ground moved: what a constant offset of the instrument adds to every amplitude is not in it.
  [[nodiscard]] double swing() const { return static_cast<double>(max) - static_cast<double>(min); }
};

/// What each sensor did over time, by its id; windows in the order of time.
using WindowHistory = std::map<std::string, std::vector<SensorWindow>>;

/// Keeps all results in memory, for a short run that is shown afterwards. `history` outlives the sink.
class HistorySink final : public Sink {
 public:
  explicit HistorySink(WindowHistory& history) : history_(history) {}

  Result<void> open(const std::string* /*prepared*/) override { return {}; }
  Result<void> write(const WindowResults& results) override;
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;
  [[nodiscard]] bool lasting() const override { return false; }

 private:
  WindowHistory& history_;
};

}  // namespace temblor
