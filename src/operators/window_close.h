#pragma once

#include <vector>

#include "operators/window_table.h"
#include "schema/window_result.h"

namespace temblor {

/// The results of one window out of the tables of its shards, rows sorted by sensor id.
WindowResults close_window(Timestamp window_start, Timestamp window_end, const std::vector<WindowTable>& tables);

}  // namespace temblor
