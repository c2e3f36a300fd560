#include "elastic/installation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/program.h"
#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kHome = "/data/flink/elastic";

std::string text_of(FileSystem& files, const std::string& path) { return read_file(files, path, 100'000).value_or(""); }

TEST(Installation, LaysOutTheFolderOfTheRunbook) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.create_directories("/share").has_value());
  ASSERT_TRUE(replace_file(files, "/share/wordcount.jar", "jar").has_value());
  ASSERT_TRUE(Installation(files, kHome, "/usr/bin/temblor", "/share/wordcount.jar").lay_out().has_value());
  for (const char* folder : {"/conf", "/log", "/metrics", "/savepoints"}) {
    EXPECT_TRUE(files.exists(std::string(kHome) + folder)) << folder;
  }
  EXPECT_THAT(text_of(files, std::string(kHome) + "/conf/elastic.conf"), HasSubstr("\nFLINK_JOB_ID=<你的Job ID>\n"));
  EXPECT_THAT(text_of(files, std::string(kHome) + "/conf/elastic.conf"),
              HasSubstr("\nSAVEPOINT_DIR=/data/flink/elastic/savepoints\n"));
  EXPECT_EQ(text_of(files, Installation::kJobJar), "jar");
}

TEST(Installation, KeepsWhatAPersonHasChanged) {
  MemoryFileSystem files;
  Installation installation(files, kHome, "/usr/bin/temblor", "/share/wordcount.jar");
  ASSERT_TRUE(installation.lay_out().has_value());
  ASSERT_TRUE(replace_file(files, std::string(kHome) + "/conf/elastic.conf", "TASK_MANAGER_MAX_NUM=4\n").has_value());
  ASSERT_TRUE(replace_file(files, std::string(kHome) + "/alert.sh", "broken").has_value());
  const auto again = installation.lay_out();
  ASSERT_TRUE(again.has_value());
  EXPECT_THAT(*again, Contains("/data/flink/elastic/conf/elastic.conf stays as it is"));
  EXPECT_EQ(text_of(files, std::string(kHome) + "/conf/elastic.conf"), "TASK_MANAGER_MAX_NUM=4\n");
  EXPECT_THAT(text_of(files, std::string(kHome) + "/alert.sh"), HasSubstr("elastic alert"));
}

TEST(Installation, SaysThatTheJarIsMissing) {
  MemoryFileSystem files;
  const auto made = Installation(files, kHome, "/usr/bin/temblor", "/share/wordcount.jar").lay_out();
  ASSERT_TRUE(made.has_value());
  EXPECT_THAT(*made, Contains(HasSubstr("make flink")));
}

// What a real shell makes of the scripts, in a folder with a name that wants quoting.
TEST(Installation, ScriptsRunTheProgramWithTheConfBesideThem) {
  PosixFileSystem files;
  PosixPrograms programs;
  std::string made = ::testing::TempDir() + "temblor it's_XXXXXX";
  const std::string folder = ::mkdtemp(made.data());
  const std::string program = folder + "/prog ram";
  ASSERT_TRUE(replace_file(files, program, "#!/bin/sh\necho \"$0\" \"$@\"\n").has_value());
  ASSERT_TRUE(files.make_executable(program).has_value());
  ASSERT_TRUE(files.create_directories(folder + "/home").has_value());
  for (const auto& [name, text] : std::map<std::string, std::string>{{"collect_metrics.sh", "collect"},
                                                                     {"elastic_decision.sh", "decide"},
                                                                     {"elastic_loop.sh", "loop"},
                                                                     {"alert.sh", "alert"}}) {
    // The jar's place is the machine's: only the scripts are tried on the disk.
    MemoryFileSystem memory;
    ASSERT_TRUE(Installation(memory, folder + "/home", program, "/none").lay_out().has_value());
    const std::string path = folder + "/home/" + name;
    ASSERT_TRUE(replace_file(files, path, text_of(memory, path)).has_value());
    ASSERT_TRUE(files.make_executable(path).has_value());
    const auto end = programs.run({path, "LEVEL", "a b"}, 20s);
    ASSERT_TRUE(end.has_value()) << end.error().to_line();
    EXPECT_EQ(end->output, program + " elastic " + text + " --conf " + folder + "/home/conf/elastic.conf LEVEL a b\n");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace temblor::elastic
