#include "cli/subcommand.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace temblor {
namespace {

/// Inside a function, so that it is there before the first subcommand registers itself, whatever the linking order.
std::vector<Subcommand>& registry() {
  static std::vector<Subcommand> all;
  return all;
}

}  // namespace

RegisterSubcommand::RegisterSubcommand(Subcommand subcommand) {
  auto& all = registry();
  const auto place = std::lower_bound(all.begin(), all.end(), subcommand.name,
                                      [](const Subcommand& s, std::string_view name) { return s.name < name; });
  TEMBLOR_ASSERT(place == all.end() || place->name != subcommand.name);
  all.insert(place, std::move(subcommand));
}

const std::vector<Subcommand>& subcommands() { return registry(); }

}  // namespace temblor
