#include "elastic/task_managers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Milliseconds kLong = 20s;

/// A folder with scripts in the place of Flink's, and processes that look like TaskManagers from outside.
class TaskManagersTest : public ::testing::Test {
 protected:
  TaskManagersTest() : hosts(programs, {"here"}, kLong) {
    std::string made = ::testing::TempDir() + "temblor_tm_XXXXXX";
    folder = ::mkdtemp(made.data());
    mark = folder.substr(folder.size() - 6);
    programs.run({"mkfifo", folder + "/never"}, kLong).value();
    std::filesystem::create_directories(folder + "/bin");
    std::filesystem::create_directories(folder + "/conf");
    std::filesystem::create_directories(folder + "/pids");
    std::filesystem::create_directories(folder + "/log");
    write("conf/flink-conf.yaml", "env.pid.dir: " + folder + "/pids\n");
    write("bin/taskmanager.sh", "#!/bin/sh\necho \"$USER $*\" > " + folder + "/started\n");
    std::filesystem::permissions(folder + "/bin/taskmanager.sh", std::filesystem::perms::owner_all);
  }
  ~TaskManagersTest() override {
    for (const std::string& pid : pids) programs.run({"kill", "-9", pid}, kLong).value();
    std::filesystem::remove_all(folder);
  }

  /// Starts a process with these words in its command line, which waits; its pid. It has no children: each would have
  /// these words in its own command line as well until it became another program. `before` is what its shell does
  /// first.
  std::string start(const std::string& words, const std::string& before = ":") {
    const std::string line =
        "sh -c '" + before + "; read _ < " + folder + "/never' " + words + " > /dev/null 2>&1 & echo $!";
    std::string pid = programs.run({"sh", "-c", line}, kLong)->output;
    pid.pop_back();
    pids.push_back(pid);
    // As an argument of its own: until then the process is still the shell that starts it.
    const std::string last = '\0' + words.substr(words.rfind(' ') + 1) + '\0';
    while (!read_whole("/proc/" + pid + "/cmdline").ends_with(last)) {
      programs.run({"sleep", "0.05"}, kLong).value();
    }
    return pid;
  }
  /// One that has ended and that nobody has asked for its exit code does not run.
  static bool runs(const std::string& pid) {
    std::ifstream status("/proc/" + pid + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("State:")) return line.find_first_of("ZX") == std::string::npos;
    }
    return false;
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder + "/" + name) << text; }
  std::string read(const std::string& name) { return read_whole(folder + "/" + name); }
  static std::string read_whole(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  PosixPrograms programs;
  Hosts hosts;
  std::string folder;
  std::string mark;  ///< in the ids of its TaskManagers: real ones may run on this machine, those of other tests
  std::vector<std::string> pids;
};

constexpr const char* kRunner = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir x -D ";

TEST_F(TaskManagersTest, StartsOneWithItsName) {
  TaskManagers managers(hosts, folder + "/bin");
  ASSERT_TRUE(managers.start("here", "temblor-node02-1").has_value());
  EXPECT_THAT(read("started"), HasSubstr("start -D taskmanager.resource-id=temblor-node02-1"));
  EXPECT_FALSE(read("started").starts_with(" ")) << "USER is set";
}

TEST_F(TaskManagersTest, StartsOneAsAtALogin) {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  write(".bash_profile", "export JAVA_HOME=/opt/java\n");
  write("bin/taskmanager.sh", "#!/bin/sh\necho \"$JAVA_HOME $*\" > " + folder + "/started\n");
  ::setenv("HOME", folder.c_str(), 1);
  TaskManagers managers(hosts, folder + "/bin");
  const auto started = managers.start("here", "it's $(one)");
  ::setenv("HOME", before.c_str(), 1);
  ASSERT_TRUE(started.has_value()) << started.error().to_line();
  EXPECT_EQ(read("started"), "/opt/java start -D taskmanager.resource-id=it's $(one)\n");
}

TEST_F(TaskManagersTest, SaysWhyOneDoesNotStart) {
  TaskManagers managers(hosts, folder + "/nowhere");
  const auto started = managers.start("here", "x");
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().to_line(), HasSubstr("/nowhere/taskmanager.sh"));
}

TEST_F(TaskManagersTest, EndsTheOneThatIsMeantAndTakesItsLineOut) {
  TaskManagers managers(hosts, folder + "/bin");
  const std::string id = "tm-" + mark;
  const std::string meant = start(std::string(kRunner) + "taskmanager.resource-id=" + id);
  const std::string other = start(std::string(kRunner) + "taskmanager.resource-id=" + id + "0");
  const std::string stranger = start("taskmanager.resource-id=" + id);
  write("pids/flink-root-taskexecutor.pid", "1234567\n" + meant + "\n" + other + "\n");
  const auto ended = managers.end({.id = id, .host = "here", .port = 0}, 10s);
  ASSERT_TRUE(ended.has_value()) << ended.error().to_line();
  EXPECT_FALSE(runs(meant));
  EXPECT_TRUE(runs(other));
  EXPECT_TRUE(runs(stranger)) << "it is no TaskManager";
  EXPECT_EQ(read("pids/flink-root-taskexecutor.pid"), "1234567\n" + other + "\n");
}

TEST_F(TaskManagersTest, FindsOneWithoutANameByItsPort) {
  TaskManagers managers(hosts, folder + "/bin");
  const std::string line =
      "python3 -c 'import socket, sys, time; s = socket.create_server((\"127.0.0.1\", 0)); "
      "print(s.getsockname()[1], flush=True); time.sleep(60)' " +
      std::string(kRunner) + "x=y > " + folder + "/port 2>&1 & echo $!";
  std::string pid = programs.run({"sh", "-c", line}, kLong)->output;
  pid.pop_back();
  pids.push_back(pid);
  while (read("port").empty()) programs.run({"sleep", "0.05"}, kLong).value();
  const auto port = static_cast<std::uint32_t>(std::stoul(read("port")));
  ASSERT_TRUE(managers.end({.id = "node02:1-abc", .host = "here", .port = port + 1}, 1s).has_value());
  EXPECT_TRUE(runs(pid)) << "another port is another TaskManager";
  ASSERT_TRUE(managers.end({.id = "node02:1-abc", .host = "here", .port = port}, 10s).has_value());
  EXPECT_FALSE(runs(pid));
}

TEST_F(TaskManagersTest, KillsOneThatDoesNotEnd) {
  TaskManagers managers(hosts, folder + "/bin");
  const std::string id = "deaf-" + mark;
  const std::string pid = start(std::string(kRunner) + "taskmanager.resource-id=" + id, "trap \"\" TERM");
  ASSERT_TRUE(managers.end({.id = id, .host = "here", .port = 0}, 1s).has_value());
  EXPECT_FALSE(runs(pid));
}

TEST_F(TaskManagersTest, FindsTheLastErrorOfALog) {
  TaskManagers managers(hosts, folder + "/bin");
  EXPECT_EQ(managers.last_error("here"), "");
  write("log/flink-root-taskexecutor-0-node02.log", "INFO fine\nERROR first\nERROR last one\nINFO end\n");
  EXPECT_EQ(managers.last_error("here"), "ERROR last one");
}

TEST(HostForOneMore, IsTheOneWithTheFewestAndRatherNotTheJobManagers) {
  const std::vector<std::string> hosts = {"node01", "node02", "node03"};
  EXPECT_EQ(host_for_one_more(hosts, {1, 1, 1}, "node01"), "node02");
  EXPECT_EQ(host_for_one_more(hosts, {1, 2, 1}, "node01"), "node03");
  EXPECT_EQ(host_for_one_more(hosts, {1, 2, 2}, "node01"), "node01");
  EXPECT_EQ(host_for_one_more(hosts, {2, 2, 2}, "node09"), "node01");
  EXPECT_EQ(host_for_one_more({}, {}, "node01"), "");
}

}  // namespace
}  // namespace temblor::elastic
