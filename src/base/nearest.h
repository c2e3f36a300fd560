#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temblor {

/// The name among `names` that `text` was probably meant to be: the fewest letters to change, insert or remove, and
/// no more than a third of the longer word; nothing where none is that near.
std::optional<std::string> nearest(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace temblor
