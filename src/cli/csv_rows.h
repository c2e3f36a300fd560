#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace temblor {

/// Reads CSV (RFC 4180; lines end with \n or \r\n) and calls `row` for each line with its fields, quotes taken off.
/// Any text may be given; an open quote ends with the text.
Result<void> for_each_csv_row(std::string_view text,
                              const std::function<Result<void>(const std::vector<std::string>& fields)>& row);

}  // namespace temblor
