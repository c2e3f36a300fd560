#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace temblor {

/// `text` as it may go to a terminal, whoever wrote it: control characters, what is no UTF-8, and marks that turn the
/// direction of writing are shown as escapes (`\x1b`, `\u202e`), so that no bytes of a file move the cursor, change
/// the title or hide a word. A backslash stays as it is. Longer text than `limit` bytes is cut and ends with `…`.
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

/// Bytes that are no text: the first `limit` of them as hexadecimal, `0a 53 30 …`.
std::string hexadecimal(std::string_view bytes, std::size_t limit);

}  // namespace temblor
