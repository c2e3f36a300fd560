#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temblor {

/// The decisions about a checkpoint folder, from the names in it alone.

/// The name of a checkpoint's file: `checkpoint-00000000000000000042.ckpt`.
std::string checkpoint_name(std::uint64_t id);

/// The id in such a name; nothing for any other name.
std::optional<std::uint64_t> checkpoint_id(std::string_view name);

/// The ids to try at a restart, newest first.
std::vector<std::uint64_t> recovery_order(const std::vector<std::string>& names);

/// How many checkpoints stay.
inline constexpr std::size_t kKeptCheckpoints = 3;

/// What may be removed once checkpoint `committed` is lasting: those older than the newest kKeptCheckpoints.
/// What is newer than `committed` was found damaged at the restart; it goes as well, so that nobody takes it for the
/// newest later.
std::vector<std::string> removable(const std::vector<std::string>& names, std::uint64_t committed);

}  // namespace temblor
