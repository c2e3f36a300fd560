#include "checkpoint/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace temblor {
namespace {

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kSuffix = ".ckpt";
constexpr std::size_t kDigits = 20;  // any uint64, so that names sort as ids do

}  // namespace

std::string checkpoint_name(std::uint64_t id) { return fmt::format("{}{:020}{}", kPrefix, id, kSuffix); }

std::optional<std::uint64_t> checkpoint_id(std::string_view name) {
  if (name.size() != kPrefix.size() + kDigits + kSuffix.size()) return std::nullopt;
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  const char* begin = name.data() + kPrefix.size();
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(begin, begin + kDigits, id);
  if (parsed.ec != std::errc{} || parsed.ptr != begin + kDigits) return std::nullopt;
  return id;
}

std::vector<std::uint64_t> recovery_order(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> ids;
  for (const std::string& name : names) {
    if (const auto id = checkpoint_id(name)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end(), std::greater<>());
  return ids;
}

std::vector<std::string> removable(const std::vector<std::string>& names, std::uint64_t committed) {
  std::vector<std::string> result;
  std::size_t kept = 0;
  for (const std::uint64_t id : recovery_order(names)) {
    const bool keep = id <= committed && kept < kKeptCheckpoints;
    if (keep) {
      ++kept;
    } else {
      result.push_back(checkpoint_name(id));
    }
  }
  return result;
}

}  // namespace temblor
