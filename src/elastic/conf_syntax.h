#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace temblor::elastic {

/// One `KEY=value` of a file in shell syntax.
struct Assignment {
  std::size_t line = 0;  ///< from 1
  std::string key;
  std::string value;         ///< without its quotes
  bool placeholder = false;  ///< the value is written as `<…>`: a person has yet to put something in its place
};

/// Reads a file of shell assignments as data: comments, single and double quotes, backslashes, `export`, CRLF, a byte
/// order mark. What a shell would execute or expand (`$(…)`, `$VAR`, backticks, a leading `~/`, unquoted `;` and the
/// like) is refused and never done. Errors are the user's, `path:line: KEY: what (remedy)`.
Result<std::vector<Assignment>> parse_assignments(std::string_view text, const std::string& path);

/// `text` with `key` set to `value`: in the last line that sets it, else in a new one at the end. Every other byte
/// stays, comments, order and line endings included. The value is quoted where a shell needs that; it is one line.
std::string with_value(std::string_view text, std::string_view key, std::string_view value);

}  // namespace temblor::elastic
