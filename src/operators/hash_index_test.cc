#include "operators/hash_index.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace temblor {
namespace {

TEST(HashIndex, FindsWhatWasInsertedAndNothingElse) {
  std::mt19937_64 random(1);
  HashIndex index;
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    hashes.push_back(random());
    index.insert(hashes.back(), i);
  }
  const auto find = [&](std::uint64_t hash) {
    return index.find(hash, [&](std::uint32_t entry) { return hashes[entry] == hash; });
  };
  for (std::uint32_t i = 0; i < hashes.size(); ++i) EXPECT_EQ(find(hashes[i]), i);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(find(random()), HashIndex::kNone);
}

TEST(HashIndex, KeepsEntriesApartThatShareAHash) {
  HashIndex index;
  for (std::uint32_t i = 0; i < 100; ++i) index.insert(0xFFFFFFFFFFFFFFFFU, i);
  for (std::uint32_t wanted = 0; wanted < 100; ++wanted) {
    EXPECT_EQ(index.find(0xFFFFFFFFFFFFFFFFU, [&](std::uint32_t entry) { return entry == wanted; }), wanted);
  }
  EXPECT_EQ(index.find(0xFFFFFFFFFFFFFFFFU, [](std::uint32_t) { return false; }), HashIndex::kNone);
}

TEST(HashIndex, IsEmptyAfterClear) {
  HashIndex index;
  for (std::uint32_t i = 0; i < 1000; ++i) index.insert(std::uint64_t{i} << 40U, i);
  index.clear();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(index.find(std::uint64_t{i} << 40U, [](std::uint32_t) { return true; }), HashIndex::kNone);
  }
}

TEST(HashIndex, TakesTwentyFourBytesAnEntryAtTheMost) {
  HashIndex index;
  std::mt19937_64 random(2);
  for (std::uint32_t i = 0; i < 100'000; ++i) index.insert(random(), i);
  EXPECT_LE(index.memory_bytes(), 100'000 * 24);
}

TEST(HashIndex, FindsAllWhereItTakesLargePages) {
  HashIndex index;
  constexpr std::uint32_t kEntries = 600'000;  // 8 MiB of slots
  const auto hash = [](std::uint32_t i) { return hash_words(i, 0, 7); };
  for (std::uint32_t i = 0; i < kEntries; ++i) index.insert(hash(i), i);
  EXPECT_EQ(index.memory_bytes(), std::size_t{8} << 20U);
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    ASSERT_EQ(index.find(hash(i), [i](std::uint32_t entry) { return entry == i; }), i);
  }
}

}  // namespace
}  // namespace temblor
