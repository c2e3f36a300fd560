#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace temblor::elastic {

/// METRICS_DIR/paused: as long as it is there, nothing is scaled (Situation::paused); samples go on. It outlives the
/// service, and a person may make or remove it by hand. Its one line says since when and why.
class PauseMarker {
 public:
  PauseMarker(FileSystem& files, const std::string& metrics_dir);

  [[nodiscard]] bool is_set();
  /// What it says; empty where a person made it so. Nothing where it is not set.
  Result<std::optional<std::string>> read();
  /// Sets it, also where it was set before. `reason` is one line, and may be empty.
  Result<void> set(Timestamp now, std::string_view reason);
  Result<void> clear();

 private:
  FileSystem& files_;
  std::string directory_;
  std::string path_;
};

}  // namespace temblor::elastic
