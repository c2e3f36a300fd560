#pragma once

#include <string>

namespace temblor {

/// Appends the shortest text that reads back the same float, as std::to_chars finds it, with `.0` behind it where it
/// would look like an integer: `4.2`, `5.0`, `1e-05`, `-0.0`, `inf`, `nan`. No locale has a say.
void append_float_text(float value, std::string& out);

}  // namespace temblor
