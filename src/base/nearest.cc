#include "base/nearest.h"

#include <algorithm>
#include <numeric>

namespace temblor {
namespace {

/// The Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view text, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongest = 64;  // no name is that long: what a person meant cannot be told
  if (text.size() > kLongest) return std::nullopt;
  std::optional<std::string> best;
  std::size_t fewest = kLongest;
  for (const std::string_view name : names) {
    const std::size_t changes = distance(text, name);
    if (changes < fewest && changes * 3 <= std::max(text.size(), name.size())) {
      fewest = changes;
      best = name;
    }
  }
  return best;
}

}  // namespace temblor
