#pragma once

#include <cstddef>

namespace temblor {

/// Whether standard error, or standard output, is a terminal: only there progress, closing words and colour are of use.
bool stderr_is_terminal();
bool stdout_is_terminal();

/// Columns of the terminal behind standard error; 80 where there is none.
std::size_t terminal_width();

}  // namespace temblor
