#pragma once

#include <spdlog/common.h>

namespace temblor {

/// Sends the log to standard error from `level` on: `2010-05-27T16:24:33.210Z info words`, UTC. What it quotes comes
/// from whoever sends readings, so it is shown as printable() does.
void set_up_log(spdlog::level::level_enum level);

}  // namespace temblor
