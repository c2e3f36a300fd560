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

TEST(WorkersOf, NamesEachHostOnce) {
  MemoryFileSystem files;
  Conf conf;
  conf.task_manager_hosts = {"node03", "node01", "node03"};
  EXPECT_THAT(*workers_of(files, conf), ElementsAre("node03", "node01"));
}

}  // namespace
}  // namespace temblor::elastic
