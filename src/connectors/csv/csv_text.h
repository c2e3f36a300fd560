#pragma once

#include <string>

#include "base/time.h"
#include "schema/window_result.h"

namespace temblor {

/// Appends one window as CSV: a header line, then a line for each result; comma, `\n`, quoted as RFC 4180 has it.
/// Columns are named as the fields of SeismicAggRecord; times are ms since the Unix epoch.
void append_csv(const WindowResults& results, std::string& out);

/// Where a window's file lies below the sink's directory: `2010-05-27/16` (UTC). Years have four digits.
/// `window_start` lies in kEarliest … kLatest.
std::string csv_folder(Timestamp window_start);

/// The name of a window's file: `1274977473000.csv`, negative before 1970.
std::string csv_name(Timestamp window_start);

}  // namespace temblor
