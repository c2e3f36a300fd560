#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/huge_page_allocator.h"

namespace temblor {

/// Finds entries that live in a vector elsewhere by their 64-bit hash: open addressing with linear probing, eight
/// bytes a slot. It is apart from the entries so that these can lie densely in segments that a checkpoint freezes,
/// and so that a whole batch can be looked up with its memory accesses overlapping (prefetch, then find).
/// Uses the upper half of the hash only; the lower half is left for choosing shards. At most 2^31 entries.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  HashIndex() : slots_(kFewestSlots) {}

  /// Brings the memory that find(hash) will read first into the cache.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[home(tag_of(hash))]); }

  /// Tells which entry would be compared first, without comparing; kNone where there is surely none.
  /// For prefetching the entry itself.
  [[nodiscard]] std::uint32_t candidate(std::uint64_t hash) const {
    return find(hash, [](std::uint32_t /*entry*/) { return true; });
  }

  /// The entry with this hash for which `matches(entry)` is true, or kNone.
  template <class Matches>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Matches&& matches) const {
    const std::uint64_t tag = tag_of(hash);
    for (std::size_t at = home(tag);; at = (at + 1) & mask()) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return kNone;
      if (slot >> 32U == tag && matches(entry_of(slot))) return entry_of(slot);
    }
  }

  /// Adds an entry that find did not find.
  void insert(std::uint64_t hash, std::uint32_t entry) {
    if ((size_ + 1) * 3 > slots_.size() * 2) grow(slots_.size() * 2);
    place(tag_of(hash) << 32U | (entry + 1U));
    ++size_;
  }

  /// Makes room for `entries` without growing on the way.
  void reserve(std::size_t entries) {
    const std::size_t slots = std::bit_ceil(std::max(kFewestSlots, entries * 3 / 2 + 1));
    if (slots > slots_.size()) grow(slots);
  }

  void clear() {
    std::fill(slots_.begin(), slots_.end(), 0);
    size_ = 0;
  }

  [[nodiscard]] std::size_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint64_t); }

 private:
  using Slots = std::vector<std::uint64_t, HugePageAllocator<std::uint64_t>>;

  static constexpr std::size_t kFewestSlots = 16;

  // A slot is the hash's upper half and the entry's number plus one; 0 is an empty slot. The slot of a hash follows
  // from its upper half alone, so that growing does not look at the entries.
  static std::uint64_t tag_of(std::uint64_t hash) { return hash >> 32U; }
  static std::uint32_t entry_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1U; }
  [[nodiscard]] std::size_t home(std::uint64_t tag) const { return tag >> shift_; }
  [[nodiscard]] std::size_t mask() const { return mask_; }

  void place(std::uint64_t slot) {
    std::size_t at = home(slot >> 32U);
    while (slots_[at] != 0) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow(std::size_t slots) {
    Slots old(slots);
    old.swap(slots_);
    mask_ = slots - 1;
    shift_ = 32 - std::countr_zero(slots);
    for (const std::uint64_t slot : old) {
      if (slot != 0) place(slot);
    }
  }

  Slots slots_;  // a power of two of them, at most 2/3 in use
  std::size_t mask_ = kFewestSlots - 1;
  int shift_ = 32 - std::countr_zero(kFewestSlots);
  std::size_t size_ = 0;
};

}  // namespace temblor
