#include "elastic/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> addresses(const std::string& host) {
  if (host == "node01" || host == "node01.example.org") return {"10.0.0.1"};
  if (host == "node02") return {"fe80::2", "10.0.0.2"};
  return host.starts_with("10.") ? std::vector<std::string>{host} : std::vector<std::string>();
}

TEST(WorkerCalled, MayBeCalledByItsAddressOrAnotherName) {
  const std::vector<std::string> workers = {"node01", "node02", "node03"};
  EXPECT_EQ(worker_called("node02", workers, addresses), "node02");
  EXPECT_EQ(worker_called("10.0.0.2", workers, addresses), "node02");
  EXPECT_EQ(worker_called("node01.example.org", workers, addresses), "node01");
  EXPECT_EQ(worker_called("10.0.0.9", workers, addresses), "10.0.0.9");
  EXPECT_EQ(worker_called("node03", workers, addresses), "node03") << "though nobody knows its address";
}

TEST(InOrderOfEnding, TheHostWithTheMostComesFirstAndThereTheOneThatIsLeastUsed) {
  const auto order = [](const std::vector<flink_rest::TaskManager>& all) {
    std::vector<std::string> ids;
    for (const flink_rest::TaskManager& each : in_order_of_ending(all, "node01")) ids.push_back(each.id);
    return ids;
  };
  const auto one = [](const char* id, const char* host, std::uint32_t free_slots) {
    return flink_rest::TaskManager{.id = id, .host = host, .slots = 2, .free_slots = free_slots};
  };
  EXPECT_THAT(order({one("a", "node02", 2), one("b", "node03", 0), one("c", "node03", 1)}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(order({one("a", "node01", 1), one("b", "node03", 1), one("temblor-c", "node02", 1)}),
              ElementsAre("temblor-c", "b", "a"));
  EXPECT_THAT(order({}), ElementsAre());
}

TEST(WorkersOf, NamesEachHostOnce) {
  MemoryFileSystem files;
  Conf conf;
  conf.task_manager_hosts = {"node03", "node01", "node03"};
  EXPECT_THAT(*workers_of(files, conf), ElementsAre("node03", "node01"));
}

}  // namespace
}  // namespace temblor::elastic
