#include "base/hash.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace temblor {
namespace {

std::vector<std::string> ids(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count / 2; ++i) {
    result.push_back(fmt::format("S{:03}", i));
    result.push_back(fmt::format("BW.U{}..{}HZ", i, static_cast<char>('A' + i % 26)));
  }
  return result;
}

TEST(HashBytes, TellsTextsOfAllLengthsApart) {
  std::set<std::uint64_t> hashes;
  std::string text;
  for (std::size_t length = 0; length <= 300; ++length, text += 'x') hashes.insert(hash_bytes(text, 7));
  EXPECT_EQ(hashes.size(), 301U);
}

TEST(HashBytes, SeesEveryBit) {
  for (const std::size_t length : {1U, 3U, 4U, 5U, 7U, 8U, 9U, 15U, 16U, 17U, 64U, 255U}) {
    const std::string text(length, '\x55');
    const std::uint64_t hash = hash_bytes(text, 1);
    for (std::size_t bit = 0; bit < 8 * length; ++bit) {
      std::string other = text;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_NE(hash_bytes(other, 1), hash) << "length " << length << " bit " << bit;
    }
  }
}

TEST(HashBytes, DependsOnNothingButBytesAndSeed) {
  for (const std::string& id : ids(100)) {
    const std::string shifted = "??" + id;  // another address, another alignment
    EXPECT_EQ(hash_bytes(id, 3), hash_bytes(std::string_view(shifted).substr(2), 3));
    EXPECT_NE(hash_bytes(id, 3), hash_bytes(id, 4));
  }
}

TEST(HashBytes, HasNoCollisionsAndEvenLowBitsOverManyIds) {
  constexpr std::size_t kBuckets = 1024;
  const auto all = ids(100'000);
  for (const std::uint64_t seed : {0ULL, 1ULL, 0xDEADBEEFCAFEF00DULL}) {
    std::set<std::uint64_t> hashes;
    std::vector<std::size_t> low(kBuckets);
    std::vector<std::size_t> high(kBuckets);
    for (const std::string& id : all) {
      const std::uint64_t hash = hash_bytes(id, seed);
      hashes.insert(hash);
      ++low[hash % kBuckets];
      ++high[hash >> 54U];
    }
    EXPECT_EQ(hashes.size(), all.size());
    // About 98 in each; nine standard deviations are no accident.
    for (std::size_t i = 0; i < kBuckets; ++i) {
      EXPECT_LT(low[i], 190U) << i;
      EXPECT_LT(high[i], 190U) << i;
    }
  }
}

TEST(HashBytes, AnotherSeedGivesOtherNeighbours) {
  // Ids that share their low bits under one seed must not under another, or a hostile sender could choose them.
  const auto all = ids(100'000);
  std::size_t together = 0;
  std::size_t still_together = 0;
  const std::uint64_t mask = 0xFFF;
  for (const std::string& id : all) {
    if ((hash_bytes(id, 1) & mask) != 5) continue;
    ++together;
    if ((hash_bytes(id, 2) & mask) == (hash_bytes(all.front(), 2) & mask)) ++still_together;
  }
  EXPECT_GT(together, 5U);
  EXPECT_LT(still_together, 3U);
}

}  // namespace
}  // namespace temblor
