#include "schema/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/utf8.h"

namespace temblor {
namespace {

/// The length of the well-formed sequence that `text` begins with, 0 where there is none.
std::size_t sequence_length(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

char32_t decode(std::string_view sequence) {
  constexpr std::array<unsigned, 5> kFirstBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t c = static_cast<unsigned char>(sequence[0]) & kFirstBits[sequence.size()];
  for (const char next : sequence.substr(1)) c = c << 6U | (static_cast<unsigned char>(next) & 0x3FU);
  return c;
}

/// Controls (C0, delete, C1), line and paragraph separators, and the marks of bidirectional text.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  const bool cut = text.size() > limit;
  text = text.substr(0, limit);
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const char32_t c = decode(text.substr(0, length));
    if (!is_hidden(c)) {
      shown.append(text.substr(0, length));
    } else {
      fmt::format_to(std::back_inserter(shown), fmt::runtime(c < 0x100 ? "\\x{:02x}" : "\\u{:04x}"),
                     static_cast<std::uint32_t>(c));
    }
    text.remove_prefix(length);
  }
  if (cut) shown += "…";
  return shown;
}

std::string hexadecimal(std::string_view bytes, std::size_t limit) {
  std::string shown;
  for (const char byte : bytes.substr(0, limit)) {
    fmt::format_to(std::back_inserter(shown), "{}{:02x}", shown.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  if (bytes.size() > limit) shown += " …";
  return shown;
}

}  // namespace temblor
