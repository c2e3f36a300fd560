#include "connectors/output_path.h"

#include <gtest/gtest.h>

#include "testing/memory_file_system.h"

namespace temblor {
namespace {

std::string refusal(FileSystem& files, const std::string& path) {
  const auto checked = check_output_path(path, "--summary", files);
  if (checked) return "";
  EXPECT_EQ(checked.error().blame, Blame::kUser);
  return checked.error().to_line();
}

TEST(OutputPath, MustLieInAFolder) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.create_directories("d"));
  ASSERT_TRUE(files.create("d/a"));
  EXPECT_EQ(refusal(files, "a"), "");
  EXPECT_EQ(refusal(files, "/a"), "");
  EXPECT_EQ(refusal(files, "d/a"), "");
  EXPECT_EQ(refusal(files, "d/b"), "");
  EXPECT_EQ(refusal(files, "e/f/a"), "--summary: e/f does not exist (make it: mkdir -p 'e/f')");
  EXPECT_EQ(refusal(files, "d/a/b"), "--summary: d/a is no folder (name a file in a folder)");
  EXPECT_EQ(refusal(files, "d"), "--summary: d is a folder (name a file in it)");
  EXPECT_EQ(refusal(files, "d/"), "--summary: d/ is a folder (name a file in it)");
  EXPECT_FALSE(files.exists("a")) << "nothing is touched";
}

TEST(OutputPath, MustBeWritable) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.create_directories("d"));
  ASSERT_TRUE(files.create("d/a"));
  files.forbid_writing("d");
  EXPECT_EQ(refusal(files, "d/b"), "--summary: d cannot be written (check its permissions)");
  EXPECT_EQ(refusal(files, "d/a"), "") << "a file that is there needs no new name";
  files.forbid_writing("d/a");
  EXPECT_EQ(refusal(files, "d/a"), "--summary: d/a cannot be written (check its permissions)");
}

}  // namespace
}  // namespace temblor
