#include "operators/sensor_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

namespace temblor {
namespace {

/// Short and long ones, with zeros and with bytes beyond ASCII, and many with much in common.
std::string any_id(std::mt19937_64& dice) {
  const std::string common =
      dice() % 2 == 0 ? "" : std::string("NET.STA.\0\xC3.CHA.and.more", 23).substr(0, dice() % 24);
  const std::string_view letters("\0\1aAzZ\x7F\xC3\xA9", 9);
  std::string id = common;
  const std::size_t size = std::min<std::size_t>(limits::kSensorIdBytes, common.size() + 1 + dice() % 12);
  while (id.size() < size) id += letters[dice() % letters.size()];
  return id;
}

void expect_in_order(const std::set<std::string>& ids, std::size_t tables_wanted, std::mt19937_64& dice) {
  std::vector<std::string> shuffled(ids.begin(), ids.end());
  std::shuffle(shuffled.begin(), shuffled.end(), dice);
  std::vector<WindowTable> tables;
  for (std::size_t i = 0; i < tables_wanted; ++i) tables.emplace_back(0);
  for (const std::string& id : shuffled) {
    const SensorKey sensor(id);
    tables[dice() % tables.size()].insert(sensor.hash(7), sensor, Aggregate());
  }
  std::vector<std::string> order;
  for (const WindowEntry* entry : in_order_of_sensors(tables)) order.emplace_back(entry->sensor.id());
  EXPECT_TRUE(std::equal(order.begin(), order.end(), ids.begin(), ids.end()));
}

TEST(SensorOrder, IsThatOfTheBytesOfTheIds) {
  std::mt19937_64 dice(5);
  for (const std::size_t size : std::array<std::size_t, 7>{0, 1, 2, 255, 256, 257, 20'000}) {
    std::set<std::string> ids;
    while (ids.size() < size) ids.insert(any_id(dice));
    expect_in_order(ids, 1 + dice() % 4, dice);
  }
}

TEST(SensorOrder, OfIdsThatDifferBehindTheirFirstBytesOnly) {
  std::mt19937_64 dice(6);
  std::set<std::string> ids;
  while (ids.size() < 2'000) ids.insert("a sensor whose id is long " + std::to_string(dice() % 1'000'000));
  expect_in_order(ids, 2, dice);
}

}  // namespace
}  // namespace temblor
