#include "testing/memory_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "testing/file_contents.h"

namespace temblor {
namespace {

using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kSeeds = 300;

void append(FileSystem& files, const std::string& path, std::string_view bytes, bool sync) {
  auto file = files.open_append(path);
  ASSERT_TRUE(file) << file.error().to_line();
  ASSERT_TRUE((*file)->append(bytes));
  if (sync) {
    ASSERT_TRUE((*file)->sync());
  }
}

/// Every state of `path` that a power loss leaves after `prepare`.
template <class Prepare>
std::set<std::string> states(const std::string& path, Prepare prepare) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    MemoryFileSystem files;
    prepare(files);
    files.crash(seed);
    found.insert(contents(files, path));
  }
  return found;
}

TEST(MemoryFileSystem, APowerLossTakesNothingThatIsSynced) {
  EXPECT_THAT(states("d/a",
                     [](FileSystem& files) {
                       ASSERT_TRUE(files.create_directories("d"));
                       append(files, "d/a", "abc", true);
                       ASSERT_TRUE(files.sync_directory("d"));
                     }),
              UnorderedElementsAre("abc"));
}

TEST(MemoryFileSystem, ASyncOfTheFileSystemMakesEverythingLasting) {
  EXPECT_THAT(states("d/b",
                     [](FileSystem& files) {
                       ASSERT_TRUE(files.create_directories("d"));
                       append(files, "d/a", "abc", false);
                       ASSERT_TRUE(files.rename("d/a", "d/b"));
                       ASSERT_TRUE(files.sync_file_system("d"));
                     }),
              UnorderedElementsAre("abc"));
}

TEST(MemoryFileSystem, APowerLossTearsOrBlanksWhatIsNotSynced) {
  const auto found = states("a", [](FileSystem& files) {
    append(files, "a", "ab", true);
    ASSERT_TRUE(files.sync_directory("."));
    append(files, "a", "cd", false);
  });
  EXPECT_THAT(found, UnorderedElementsAre("ab", "abc", "abcd", std::string("ab\0", 3), std::string("ab\0d", 4),
                                          std::string("abc\0", 4), std::string("ab\0\0", 4)));
}

TEST(MemoryFileSystem, ANameIsLostWithoutASyncOfItsDirectory) {
  EXPECT_THAT(states("a", [](FileSystem& files) { append(files, "a", "abc", true); }),
              UnorderedElementsAre("abc", "(none)"));
}

TEST(MemoryFileSystem, AnEmptiedFileMayComeBack) {
  EXPECT_THAT(states("a",
                     [](FileSystem& files) {
                       append(files, "a", "abc", true);
                       ASSERT_TRUE(files.sync_directory("."));
                       ASSERT_TRUE(files.create("a"));
                     }),
              UnorderedElementsAre("abc", ""));
}

TEST(MemoryFileSystem, ARemovalIsLostWithoutASyncOfItsDirectory) {
  const auto prepare = [](bool sync) {
    return [sync](FileSystem& files) {
      append(files, "a", "abc", true);
      ASSERT_TRUE(files.sync_directory("."));
      ASSERT_TRUE(files.remove("a"));
      if (sync) {
        ASSERT_TRUE(files.sync_directory("."));
      }
    };
  };
  EXPECT_THAT(states("a", prepare(false)), UnorderedElementsAre("abc", "(none)"));
  EXPECT_THAT(states("a", prepare(true)), UnorderedElementsAre("(none)"));
}

TEST(MemoryFileSystem, ATruncationLasts) {
  EXPECT_THAT(states("a",
                     [](FileSystem& files) {
                       append(files, "a", "abcdef", true);
                       ASSERT_TRUE(files.sync_directory("."));
                       append(files, "a", "ghi", false);
                       ASSERT_TRUE(files.truncate("a", 2));
                     }),
              UnorderedElementsAre("ab"));
}

TEST(MemoryFileSystem, ReplaceFileLeavesTheOldOrTheNewFile) {
  EXPECT_THAT(states("a",
                     [](FileSystem& files) {
                       ASSERT_TRUE(replace_file(files, "a", "old"));
                       append(files, "b", "new", true);
                       ASSERT_TRUE(files.rename("b", "a"));
                     }),
              UnorderedElementsAre("old", "new"));
  EXPECT_THAT(states("a",
                     [](FileSystem& files) {
                       ASSERT_TRUE(replace_file(files, "a", "old"));
                       ASSERT_TRUE(replace_file(files, "a", "new"));
                     }),
              UnorderedElementsAre("new"));
}

TEST(MemoryFileSystem, ARenameBeforeTheSyncOfItsBytesIsCaught) {
  const auto found = states("a", [](FileSystem& files) {
    ASSERT_TRUE(replace_file(files, "a", "old"));
    append(files, "b", "new", false);
    ASSERT_TRUE(files.rename("b", "a"));
    ASSERT_TRUE(files.sync_directory("."));
  });
  EXPECT_TRUE(found.contains(""));
  EXPECT_FALSE(found.contains("old"));
}

TEST(MemoryFileSystem, DirectoryOperationsAreUndoneFromTheLastOn) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    MemoryFileSystem files;
    for (const char* name : {"1", "2", "3", "4"}) append(files, name, "", true);
    files.crash(seed);
    const auto names = files.list(".").value();
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i], std::to_string(i + 1)) << "seed " << seed;
  }
}

TEST(MemoryFileSystem, ARenameBetweenDirectoriesIsNeverHalfDone) {
  for (const char* synced : {"", "from", "to"}) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      MemoryFileSystem files;
      ASSERT_TRUE(files.create_directories("from"));
      ASSERT_TRUE(files.create_directories("to"));
      append(files, "from/a", "abc", true);
      ASSERT_TRUE(files.rename("from/a", "to/a"));
      if (*synced != 0) {
        ASSERT_TRUE(files.sync_directory(synced));
      }
      files.crash(seed);
      EXPECT_FALSE(files.exists("from/a") && files.exists("to/a")) << "seed " << seed;
      if (*synced != 0) {
        EXPECT_EQ(contents(files, "to/a"), "abc") << "seed " << seed;
      }
    }
  }
}

TEST(MemoryFileSystem, TheSameSeedGivesTheSameState) {
  const auto after = [](std::uint64_t seed) {
    MemoryFileSystem files;
    append(files, "a", std::string(1000, 'x'), false);
    append(files, "b", std::string(1000, 'y'), false);
    files.crash(seed);
    return contents(files, "a") + "|" + contents(files, "b");
  };
  std::set<std::string> all;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(after(seed), after(seed));
    all.insert(after(seed));
  }
  EXPECT_GT(all.size(), 10U);
}

TEST(MemoryFileSystem, WhatAPowerLossLeftStaysThroughTheNext) {
  MemoryFileSystem files;
  append(files, "a", "0123456789", false);
  ASSERT_TRUE(files.sync_directory("."));
  files.crash(1);
  const std::string left = contents(files, "a");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    files.crash(seed);
    EXPECT_EQ(contents(files, "a"), left);
  }
}

TEST(MemoryFileSystem, AKillKeepsEverythingAndFreesLocks) {
  MemoryFileSystem files;
  auto file = files.create("a");
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("abc"));
  auto reader = files.open_read("a", 0);
  auto lock = files.lock("LOCK");
  ASSERT_TRUE(reader && lock);
  files.kill();
  EXPECT_EQ(contents(files, "a"), "abc");
  std::array<char, 4> into{};
  EXPECT_FALSE((*file)->append("d"));
  EXPECT_FALSE((*file)->sync());
  EXPECT_FALSE((*reader)->read(into));

  auto next = files.lock("LOCK");
  ASSERT_TRUE(next);
  lock->reset();  // of the dead process: frees nothing now
  EXPECT_FALSE(files.lock("LOCK"));
  files.crash(1);
  EXPECT_TRUE(files.lock("LOCK"));
}

TEST(MemoryFileSystem, StandsInForTheStandardStreams) {
  MemoryFileSystem files;
  files.set_standard_input("in");
  std::array<char, 8> into{};
  const auto input = files.standard_input();
  EXPECT_EQ(input->read(into).value_or(99), 2U);
  EXPECT_EQ(input->read(into).value_or(99), 0U);
  ASSERT_TRUE(files.standard_output()->append("o"));
  ASSERT_TRUE(files.standard_output()->append("ut"));
  EXPECT_EQ(files.standard_output_bytes(), "out");
}

}  // namespace
}  // namespace temblor
