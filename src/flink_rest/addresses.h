#pragma once

#include <string>
#include <vector>

namespace temblor::flink_rest {

/// The addresses of a host by its name, or of an address itself, as text: `10.0.0.2`, `fe80::1`. Empty where nobody
/// knows it. Asks the system's resolver, and waits for it.
std::vector<std::string> addresses_of(const std::string& host);

}  // namespace temblor::flink_rest
