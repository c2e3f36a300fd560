#include "testing/faulty_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "testing/file_contents.h"
#include "testing/memory_file_system.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Operation = FaultyFileSystem::Operation;

constexpr std::uint64_t kSteps = 10;

/// Uses each operation that counts once.
Result<void> work(FileSystem& files) {
  TEMBLOR_TRY(files.create_directories("d"));
  {
    TEMBLOR_ASSIGN(const auto file, files.create("d/a"));
    TEMBLOR_TRY(file->append("0123456789"));
    TEMBLOR_TRY(file->sync());
  }
  TEMBLOR_TRY(files.truncate("d/a", 8));
  TEMBLOR_TRY(files.open_append("d/b"));
  TEMBLOR_TRY(files.rename("d/a", "d/c"));
  TEMBLOR_TRY(files.remove("d/b"));
  TEMBLOR_TRY(files.sync_directory("d"));
  return files.sync_file_system("d");
}

TEST(FaultyFileSystem, CountsAndNamesWhatChangesSomething) {
  MemoryFileSystem memory;
  FaultyFileSystem files(memory);
  ASSERT_TRUE(work(files));
  EXPECT_TRUE(files.exists("d/c"));
  EXPECT_EQ(contents(files, "d/c"), "01234567");
  EXPECT_TRUE(files.list("d") && files.glob("d/*") && files.size("d/c") && files.lock("LOCK"));
  EXPECT_EQ(files.count(), kSteps);
  EXPECT_THAT(files.operations(),
              ElementsAre(Operation{"create_directories", "d"}, Operation{"create", "d/a"}, Operation{"append", "d/a"},
                          Operation{"sync", "d/a"}, Operation{"truncate", "d/a"}, Operation{"open_append", "d/b"},
                          Operation{"rename", "d/a"}, Operation{"remove", "d/b"}, Operation{"sync_directory", "d"},
                          Operation{"sync_file_system", "d"}));
}

TEST(FaultyFileSystem, FailsOnceAtAnyStep) {
  for (std::uint64_t nth = 1; nth <= kSteps; ++nth) {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.inject(nth, Fault::kFails, EIO);
    const auto failed = work(files);
    ASSERT_FALSE(failed) << nth;
    EXPECT_THAT(failed.error().what, HasSubstr("Input/output error"));
    EXPECT_EQ(failed.error().where, files.operations().back().path);
    EXPECT_EQ(files.count(), nth);
    EXPECT_FALSE(FaultyFileSystem::is_death(failed.error()));
    EXPECT_FALSE(files.dead());
    EXPECT_TRUE(work(files)) << "after step " << nth;
  }
}

TEST(FaultyFileSystem, TellsThatTheDiskIsFull) {
  MemoryFileSystem memory;
  FaultyFileSystem files(memory);
  files.inject(1, Fault::kFails);
  const auto failed = files.create("a");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().remedy, "free some space and start again; nothing is lost");
  EXPECT_FALSE(memory.exists("a"));
}

TEST(FaultyFileSystem, TearsAnAppend) {
  for (const Fault fault : {Fault::kFailsHalfway, Fault::kDiesHalfway}) {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.inject(3, fault);
    ASSERT_FALSE(work(files));
    EXPECT_EQ(contents(memory, "d/a"), "01234");
    EXPECT_EQ(files.dead(), fault == Fault::kDiesHalfway);
  }
  MemoryFileSystem memory;
  FaultyFileSystem files(memory);
  files.inject(3, Fault::kFails);
  ASSERT_FALSE(work(files));
  EXPECT_EQ(contents(memory, "d/a"), "");
}

TEST(FaultyFileSystem, DiesAtAnyStepForGood) {
  for (std::uint64_t nth = 1; nth <= kSteps; ++nth) {
    MemoryFileSystem memory;
    ASSERT_TRUE(memory.create_directories("before"));
    FaultyFileSystem files(memory);
    auto output = files.standard_output();
    auto input = files.standard_input();
    files.inject(nth, Fault::kDies);
    const auto failed = work(files);
    ASSERT_FALSE(failed) << nth;
    EXPECT_TRUE(FaultyFileSystem::is_death(failed.error()));
    EXPECT_TRUE(files.dead());

    std::array<char, 1> into{};
    EXPECT_FALSE(work(files));
    EXPECT_FALSE(files.exists("before"));
    EXPECT_FALSE(files.list("before"));
    EXPECT_FALSE(files.glob("*"));
    EXPECT_FALSE(files.size("before"));
    EXPECT_FALSE(files.lock("LOCK"));
    EXPECT_FALSE(output->append("late"));
    EXPECT_FALSE(input->read(into));
    EXPECT_EQ(files.count(), nth) << "a dead process does nothing that counts";
    EXPECT_EQ(memory.standard_output_bytes(), "");
  }
}

}  // namespace
}  // namespace temblor
