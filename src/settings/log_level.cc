#include "settings/log_level.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace temblor {

Result<spdlog::level::level_enum> parse_log_level(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 6> kLevels = {
      {{"trace", spdlog::level::trace},
       {"debug", spdlog::level::debug},
       {"info", spdlog::level::info},
       {"warn", spdlog::level::warn},
       {"error", spdlog::level::err},
       {"off", spdlog::level::off}}};
  for (const auto& [name, level] : kLevels) {
    if (name == text) return level;
  }
  return user_error(fmt::format("\"{}\"", text), "is no log level", "choose trace, debug, info, warn, error or off");
}

}  // namespace temblor
