#include "schema/float_text.h"

#include <charconv>
#include <string_view>

namespace temblor {

void append_float_text(float value, std::string& out) {
  char text[32];  // the longest is -1.17549435e-38
  const char* end = std::to_chars(text, text + sizeof text, value).ptr;
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  out.append(shortest);
  // Digits alone; `inf` and `nan` have an n.
  if (shortest.find_first_of(".en") == std::string_view::npos) out.append(".0");
}

}  // namespace temblor
