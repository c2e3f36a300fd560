#pragma once

#include <cstddef>
#include <string_view>

namespace temblor {

/// Whether standard error, or standard output, is a terminal: only there progress, closing words and colour are of use.
bool stderr_is_terminal();
bool stdout_is_terminal();

/// Columns of the terminal behind standard error; 80 where there is none.
std::size_t terminal_width();

/// Writes to standard error what people should see. What cannot be written there is let go: nobody could be told.
void write_to_stderr(std::string_view text);

}  // namespace temblor
