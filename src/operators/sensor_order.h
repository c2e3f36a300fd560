#pragma once

#include <vector>

#include "operators/window_table.h"

namespace temblor {

/// The entries of all tables in the order of their sensors' ids, byte by byte. They point into the tables. Where there
/// are many, the time for it does not depend on the order in which they stand there, since a network's packets come as
/// they like; ids that are alike in their first 16 bytes are compared.
std::vector<const WindowEntry*> in_order_of_sensors(const std::vector<WindowTable>& tables);

}  // namespace temblor
