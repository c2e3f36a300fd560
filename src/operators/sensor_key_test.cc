#include "operators/sensor_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace temblor {
namespace {

TEST(SensorKey, KeepsIdsOfEveryLength) {
  for (std::size_t size = 0; size <= 255; ++size) {
    std::string id;
    for (std::size_t i = 0; i < size; ++i) id.push_back(static_cast<char>('!' + i % 90));
    const SensorKey key(id);
    EXPECT_EQ(key.id(), id);
    EXPECT_EQ(key.outside(), size > SensorKey::kInlineBytes);
    const std::string copy = id;  // elsewhere in memory
    EXPECT_EQ(key, SensorKey(copy));
    EXPECT_EQ(key.hash(7), SensorKey(copy).hash(7));
    EXPECT_NE(key.hash(7), SensorKey(copy).hash(8));
    if (size > 0) {
      std::string other = id;
      other[size / 2] = '~';
      EXPECT_FALSE(key == SensorKey(other));
    }
  }
}

TEST(SensorKey, TellsZeroBytesAndShorterIdsApart) {
  const std::string with_zero("S1\0", 3);
  EXPECT_FALSE(SensorKey(with_zero) == SensorKey("S1"));
  EXPECT_FALSE(SensorKey(std::string(8, '\0')) == SensorKey(std::string(9, '\0')));
}

TEST(SensorKey, PrefixesCompareAsTheBytesDo) {
  std::vector<std::string> ids = {"",
                                  "A",
                                  "AB",
                                  "S001",
                                  "S01",
                                  "S1",
                                  "\xc3\xa9",
                                  "AAAAAAAAB",
                                  "AAAAAAAABAAAAAAAA",
                                  "BW.UH1..SHZ",
                                  "BW.UH1.00.SHZ",
                                  std::string("A\0", 2)};
  for (const auto& a : ids) {
    for (const auto& b : ids) {
      const auto x = SensorKey(a).prefix();
      const auto y = SensorKey(b).prefix();
      EXPECT_TRUE(x == y || (x < y) == (a < b)) << a << " " << b;
    }
  }
}

TEST(SensorKey, TheStoreKeepsLongIdsAlive) {
  LongIdStore store;
  SensorKey kept;
  {
    const std::string id(100, 'x');
    kept = store.keep(SensorKey(id));
  }
  EXPECT_EQ(kept.id(), std::string(100, 'x'));
}

}  // namespace
}  // namespace temblor
