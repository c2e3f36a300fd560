#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "elastic/sample.h"

namespace temblor::elastic {

/// A sample with its detail as one line of JSON, without the line's end. What is read back is equal to it, to the last
/// bit of every number. It has a detail.
std::string detail_line(const Sample& sample);

/// Reads such a line; nothing where it is none, or cut.
std::optional<Sample> parse_detail_line(std::string_view line);

}  // namespace temblor::elastic
