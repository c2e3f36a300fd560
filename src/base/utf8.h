#pragma once

#include <cstddef>
#include <string_view>

namespace temblor {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7): no surrogates, nothing over-long, nothing beyond
/// U+10FFFF. ASCII, which sensor ids are, takes a few instructions.
bool is_utf8(std::string_view text);

/// The front of `text` of at most `most` bytes that ends where a character does; of what is no UTF-8 just the front.
std::string_view front_of(std::string_view text, std::size_t most);

}  // namespace temblor
