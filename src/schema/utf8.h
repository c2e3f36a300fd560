#pragma once

#include <string_view>

namespace temblor {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7): no surrogates, nothing over-long, nothing beyond
/// U+10FFFF. ASCII, which sensor ids are, takes a few instructions.
bool is_utf8(std::string_view text);

}  // namespace temblor
