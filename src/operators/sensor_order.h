#pragma once

#include <vector>

#include "operators/window_table.h"

namespace temblor {

/// The entries of all tables in the order of their sensors' ids, byte by byte. They point into the tables. In a time
/// that does not depend on the order in which they stand there: a network's packets come as they like.
std::vector<const WindowEntry*> in_order_of_sensors(const std::vector<WindowTable>& tables);

}  // namespace temblor
