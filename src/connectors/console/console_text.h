#pragma once

#include <string>

#include "schema/window_result.h"

namespace temblor {

/// Appends a line for each result: `Window Result: S001 avg=4.2 max=5.0 min=3.2 P=12 S=8 N=5`.
/// Whoever sends records chooses the sensor ids, so nothing in them that a terminal would obey is let through:
/// control characters, and bytes that are no UTF-8, come as `\x1b`.
void append_console_text(const WindowResults& results, std::string& out);

}  // namespace temblor
