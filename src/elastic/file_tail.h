#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace temblor::elastic {

/// The last whole lines of a file, at most `limit` bytes of them; empty where there is no file. The last line may lack
/// its end.
Result<std::string> read_tail(FileSystem& files, const std::string& path, std::size_t limit);

/// `text` cut into lines, without their ends (LF or CRLF) and without empty ones. They point into `text`.
std::vector<std::string_view> lines_of(std::string_view text);

/// Appends one line to a file, made with its folder where missing. Where the file ends in half a line that one is ended
/// first.
Result<void> append_line(FileSystem& files, const std::string& path, std::string_view line);

}  // namespace temblor::elastic
