#include "connectors/file/append_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"

namespace temblor {
namespace {

using ::testing::HasSubstr;

class AppendLogTest : public ::testing::Test {
 protected:
  std::string bytes() { return read_file(disk_, kPath, 1000).value(); }
  void put(std::string_view text) {
    ASSERT_TRUE(disk_.create_directories("/out"));
    auto file = disk_.create(kPath);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(text));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE(disk_.sync_directory("/out"));
  }

  static constexpr const char* kPath = "/out/log";
  MemoryFileSystem disk_;
};

TEST_F(AppendLogTest, MakesTheFileAndItsDirectory) {
  AppendLog log(disk_, kPath);
  EXPECT_FALSE(disk_.exists("/out")) << "nothing is touched before open";
  ASSERT_TRUE(log.open(nullptr));
  EXPECT_EQ(bytes(), "");
  disk_.crash(1);
  EXPECT_TRUE(disk_.exists(kPath)) << "the name is lasting";
}

TEST_F(AppendLogTest, AppendsToWhatIsThere) {
  put("before ");
  AppendLog log(disk_, kPath);
  ASSERT_TRUE(log.open(nullptr));
  EXPECT_EQ(log.prepare(), "7");
  ASSERT_TRUE(log.append("after"));
  EXPECT_EQ(bytes(), "before after");
}

TEST_F(AppendLogTest, CommitsWhateverFollowed) {
  put("committed torn");
  AppendLog log(disk_, kPath);
  const std::string prepared = "10";
  ASSERT_TRUE(log.open(&prepared));
  EXPECT_EQ(bytes(), "committed ") << "opening undoes what a crash left";
  ASSERT_TRUE(log.commit(prepared, "new"));
  EXPECT_EQ(bytes(), "committed new");
  ASSERT_TRUE(log.commit(prepared, "new"));
  EXPECT_EQ(bytes(), "committed new");
  ASSERT_TRUE(log.commit(log.prepare(), "er"));
  EXPECT_EQ(bytes(), "committed newer");
  disk_.crash(1);
  EXPECT_EQ(bytes(), "committed newer");
}

TEST_F(AppendLogTest, RefusesAFileThatIsTooShort) {
  put("short");
  AppendLog log(disk_, kPath);
  const std::string prepared = "10";
  const auto opened = log.open(&prepared);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().blame, Blame::kWorld);
  EXPECT_THAT(opened.error().to_line(), HasSubstr("has 5 bytes, 10 were committed"));
  EXPECT_EQ(bytes(), "short");
}

TEST_F(AppendLogTest, RefusesAFileThatIsGone) {
  AppendLog log(disk_, kPath);
  const std::string prepared = "10";
  EXPECT_FALSE(log.open(&prepared));
  EXPECT_FALSE(disk_.exists(kPath)) << "and makes none in its place";
}

TEST_F(AppendLogTest, RefusesWhatIsNoLength) {
  AppendLog log(disk_, kPath);
  for (const std::string prepared : {"", "x", "1x", "-1", "99999999999999999999999"}) {
    EXPECT_FALSE(log.open(&prepared)) << prepared;
  }
}

TEST_F(AppendLogTest, GivesUpAfterAnErrorUntilItIsCutBack) {
  FaultyFileSystem files(disk_);
  AppendLog log(files, kPath);
  ASSERT_TRUE(log.open(nullptr));
  ASSERT_TRUE(log.commit("0", "one "));
  const std::string prepared = log.prepare();
  files.inject(files.count() + 1, Fault::kFailsHalfway);
  ASSERT_FALSE(log.append("two "));
  EXPECT_FALSE(log.append("three ")) << "half of it may be there";
  EXPECT_FALSE(log.sync());
  ASSERT_TRUE(log.commit(prepared, "two "));
  EXPECT_EQ(bytes(), "one two ");
}

TEST_F(AppendLogTest, WritesAgainWhatCouldNotBeSynced) {
  FaultyFileSystem files(disk_);
  AppendLog log(files, kPath);
  ASSERT_TRUE(log.open(nullptr));
  files.inject(files.count() + 2, Fault::kFails, EIO);
  ASSERT_FALSE(log.commit("0", "one"));
  ASSERT_EQ(files.operations().back().name, "sync");
  const std::size_t before = files.operations().size();
  ASSERT_TRUE(log.commit("0", "one"));
  EXPECT_EQ(bytes(), "one");
  // fsync after a failed fsync tells nothing: the bytes must have been written anew.
  bool appended = false;
  const auto operations = files.operations();
  for (std::size_t i = before; i < operations.size(); ++i) appended |= operations[i].name == "append";
  EXPECT_TRUE(appended);
}

}  // namespace
}  // namespace temblor
