#include "operators/sensor_order.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace temblor {
namespace {

/// An entry under the first 16 bytes of its id, as numbers.
struct Keyed {
  std::pair<std::uint64_t, std::uint64_t> prefix;
  const WindowEntry* entry = nullptr;
};

/// Fewer are sorted by comparing: the counters of a pass alone are more.
constexpr std::size_t kFew = 256;

bool by_id(const Keyed& a, const Keyed& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  return a.entry->sensor.id() < b.entry->sensor.id();
}

/// Moves the entries into `sorted`, by one byte of a word, those that are alike in it in the order they had.
template <class Word>
void pass(const std::vector<Keyed>& entries, std::vector<Keyed>& sorted, const Word& word, unsigned shift) {
  const auto byte = [&](const Keyed& keyed) { return static_cast<std::uint8_t>(word(keyed) >> shift); };
  std::array<std::size_t, 257> begins{};
  for (const Keyed& keyed : entries) ++begins[byte(keyed) + std::size_t{1}];
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  for (const Keyed& keyed : entries) sorted[begins[byte(keyed)]++] = keyed;
}

/// From the last byte to the first, but for those in which all are alike: ids have much in common. (A radix sort: D. E.
/// Knuth, The Art of Computer Programming, volume 3, 5.2.5.)
void sort_by_prefix(std::vector<Keyed>& entries) {
  std::pair<std::uint64_t, std::uint64_t> differing{};
  for (const Keyed& keyed : entries) {
    differing.first |= keyed.prefix.first ^ entries.front().prefix.first;
    differing.second |= keyed.prefix.second ^ entries.front().prefix.second;
  }
  std::vector<Keyed> sorted(entries.size());
  const auto by_word = [&](std::uint64_t differing_bits, const auto& word) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      if ((differing_bits >> shift & 0xFFU) == 0) continue;
      pass(entries, sorted, word, shift);
      entries.swap(sorted);
    }
  };
  by_word(differing.second, [](const Keyed& keyed) { return keyed.prefix.second; });
  by_word(differing.first, [](const Keyed& keyed) { return keyed.prefix.first; });
}

/// Ids that have their prefix in common, long ones, lie together by now.
void sort_alike(std::vector<Keyed>& entries) {
  for (auto begin = entries.begin(); begin != entries.end();) {
    const auto end = std::find_if(begin, entries.end(), [&](const Keyed& k) { return k.prefix != begin->prefix; });
    if (end - begin > 1) std::sort(begin, end, by_id);
    begin = end;
  }
}

}  // namespace

std::vector<const WindowEntry*> in_order_of_sensors(const std::vector<WindowTable>& tables) {
  std::size_t size = 0;
  for (const WindowTable& table : tables) size += table.size();
  std::vector<Keyed> entries;
  entries.reserve(size);
  for (const WindowTable& table : tables) {
    for (std::uint32_t at = 0; at < table.size(); ++at) {
      const WindowEntry& entry = table.entry(at);
      entries.push_back({.prefix = entry.sensor.prefix(), .entry = &entry});
    }
  }
  if (size < kFew) {
    std::sort(entries.begin(), entries.end(), by_id);
  } else {
    sort_by_prefix(entries);
    sort_alike(entries);
  }
  std::vector<const WindowEntry*> order;
  order.reserve(size);
  for (const Keyed& keyed : entries) order.push_back(keyed.entry);
  return order;
}

}  // namespace temblor
