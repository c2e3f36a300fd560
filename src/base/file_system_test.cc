#include "base/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A new folder on the disk, gone with the test.
class OnDisk {
 public:
  OnDisk() {
    std::string made = ::testing::TempDir() + "temblor_XXXXXX";
    if (::mkdtemp(made.data()) != nullptr) folder_ = made;
  }
  ~OnDisk() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  OnDisk(const OnDisk&) = delete;
  OnDisk& operator=(const OnDisk&) = delete;
  FileSystem& files() { return files_; }
  [[nodiscard]] std::string folder() const { return folder_; }

 private:
  PosixFileSystem files_;
  std::string folder_;
};

class InMemory {
 public:
  InMemory() { static_cast<void>(files_.create_directories("/folder")); }
  FileSystem& files() { return files_; }
  [[nodiscard]] std::string folder() const { return "/folder"; }

 private:
  MemoryFileSystem files_;
};

class WithoutFaults {
 public:
  FileSystem& files() { return files_; }
  [[nodiscard]] std::string folder() const { return beneath_.folder(); }

 private:
  InMemory beneath_;
  FaultyFileSystem files_{beneath_.files()};
};

/// What every FileSystem promises.
template <class Place>
class FileSystemContract : public ::testing::Test {
 protected:
  FileSystem& files() { return place_.files(); }
  std::string path(const std::string& name) { return place_.folder() + "/" + name; }

  void write(const std::string& name, std::string_view bytes) {
    auto file = files().create(path(name));
    ASSERT_TRUE(file) << file.error().to_line();
    ASSERT_TRUE((*file)->append(bytes));
  }
  std::string contents(const std::string& name) {
    auto bytes = read_file(files(), path(name), 1 << 24);
    return bytes ? *bytes : bytes.error().to_line();
  }
  /// The error names the path and says what happened.
  template <class T>
  void expect_error(const Result<T>& result, const std::string& name, const std::string& what) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().blame, Blame::kWorld);
    EXPECT_EQ(result.error().where, path(name));
    EXPECT_THAT(result.error().what, HasSubstr(what));
  }

  Place place_;
};

using Places = ::testing::Types<OnDisk, InMemory, WithoutFaults>;
TYPED_TEST_SUITE(FileSystemContract, Places);

TYPED_TEST(FileSystemContract, ReadsWhatWasAppended) {
  auto file = this->files().create(this->path("a"));
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("one "));
  ASSERT_TRUE((*file)->append(""));
  ASSERT_TRUE((*file)->append(std::string_view("t\0wo", 4)));
  EXPECT_EQ(this->contents("a"), std::string("one t\0wo", 8));
  EXPECT_TRUE((*file)->sync());
  EXPECT_EQ(this->files().size(this->path("a")).value_or(0), 8U);
}

TYPED_TEST(FileSystemContract, SaysWhetherItCanBeReadAndWritten) {
  this->write("a", "");
  EXPECT_TRUE(this->files().is_readable(this->path("a")));
  EXPECT_FALSE(this->files().is_readable(this->path("missing")));
  EXPECT_TRUE(this->files().is_writable(this->path("a")));
  EXPECT_TRUE(this->files().is_writable(this->place_.folder()));
  EXPECT_FALSE(this->files().is_writable(this->path("missing")));
}

TYPED_TEST(FileSystemContract, SyncsAllAtOnce) {
  this->write("a", "bytes");
  EXPECT_TRUE(this->files().sync_file_system(this->place_.folder()));
  EXPECT_EQ(this->contents("a"), "bytes");
  this->expect_error(this->files().sync_file_system(this->path("missing")), "missing", "No such file");
  this->expect_error(this->files().sync_file_system(this->path("a")), "a", "Not a directory");
}

TYPED_TEST(FileSystemContract, KeepsLargeFiles) {
  std::string bytes;
  for (int i = 0; bytes.size() < (std::size_t{3} << 20); ++i) bytes += std::to_string(i);
  this->write("a", bytes);
  EXPECT_TRUE(this->contents("a") == bytes);
}

TYPED_TEST(FileSystemContract, ReadsFromAnOffsetUpToTheEndAndBeyond) {
  this->write("a", "0123456789");
  const std::map<std::uint64_t, std::string> expected = {{0, "0123"}, {7, "789"}, {10, ""}, {11, ""}};
  for (const auto& [offset, bytes] : expected) {
    auto file = this->files().open_read(this->path("a"), offset);
    ASSERT_TRUE(file);
    std::array<char, 4> into{};
    const auto n = (*file)->read(into);
    ASSERT_TRUE(n);
    EXPECT_EQ(std::string(into.data(), *n), bytes) << offset;
  }
}

TYPED_TEST(FileSystemContract, AReaderSeesAFileGrow) {
  this->write("a", "one");
  auto reader = this->files().open_read(this->path("a"), 0);
  ASSERT_TRUE(reader);
  std::array<char, 16> into{};
  EXPECT_EQ((*reader)->read(into).value_or(99), 3U);
  EXPECT_EQ((*reader)->read(into).value_or(99), 0U);
  auto writer = this->files().open_append(this->path("a"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->append("+two"));
  EXPECT_EQ((*reader)->read(into).value_or(99), 4U);
  EXPECT_EQ(std::string(into.data(), 4), "+two");
  EXPECT_TRUE((*reader)->wait(Milliseconds::max()).value_or(false)) << "files never make one wait";
}

TYPED_TEST(FileSystemContract, CreateEmptiesAndOpenAppendDoesNot) {
  this->write("a", "long content");
  this->write("a", "new");
  EXPECT_EQ(this->contents("a"), "new");
  for (const char* bytes : {"+1", "+2"}) {
    auto file = this->files().open_append(this->path("a"));
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(bytes));
  }
  EXPECT_EQ(this->contents("a"), "new+1+2");
  ASSERT_TRUE(this->files().open_append(this->path("b")));
  EXPECT_EQ(this->contents("b"), "");
}

TYPED_TEST(FileSystemContract, AppendsBehindWhatAnotherHandleHasCut) {
  auto file = this->files().open_append(this->path("a"));
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("0123456789"));
  ASSERT_TRUE(this->files().truncate(this->path("a"), 4));
  ASSERT_TRUE((*file)->append("x"));
  EXPECT_EQ(this->contents("a"), "0123x");
}

TYPED_TEST(FileSystemContract, TruncateNeverMakesAFileLonger) {
  this->write("a", "0123456789");
  EXPECT_TRUE(this->files().truncate(this->path("a"), 10));
  EXPECT_TRUE(this->files().truncate(this->path("a"), 3));
  this->expect_error(this->files().truncate(this->path("a"), 4), "a", "");
  EXPECT_EQ(this->contents("a"), "012");
  this->expect_error(this->files().truncate(this->path("none"), 0), "none", "No such file");
  EXPECT_FALSE(this->files().exists(this->path("none")));
}

TYPED_TEST(FileSystemContract, RenameReplaces) {
  this->write("a", "new");
  this->write("b", "old");
  EXPECT_TRUE(this->files().rename(this->path("a"), this->path("b")));
  EXPECT_FALSE(this->files().exists(this->path("a")));
  EXPECT_EQ(this->contents("b"), "new");
  EXPECT_TRUE(this->files().rename(this->path("b"), this->path("b")));
  EXPECT_EQ(this->contents("b"), "new");
  this->expect_error(this->files().rename(this->path("a"), this->path("b")), "a", "No such file");
  EXPECT_EQ(this->contents("b"), "new");
}

TYPED_TEST(FileSystemContract, RenameMovesBetweenDirectoriesButNotOntoOne) {
  ASSERT_TRUE(this->files().create_directories(this->path("d/e")));
  this->write("a", "bytes");
  EXPECT_TRUE(this->files().rename(this->path("a"), this->path("d/b")));
  EXPECT_EQ(this->contents("d/b"), "bytes");
  this->expect_error(this->files().rename(this->path("d/b"), this->path("d/e")), "d/b", "Is a directory");
  this->expect_error(this->files().rename(this->path("d/b"), this->path("none/b")), "d/b", "No such file");
}

TYPED_TEST(FileSystemContract, AnOpenFileKeepsItsBytesWhenItsNameGoes) {
  this->write("a", "old");
  auto reader = this->files().open_read(this->path("a"), 0);
  ASSERT_TRUE(reader);
  this->write("b", "new");
  ASSERT_TRUE(this->files().rename(this->path("b"), this->path("a")));
  std::array<char, 8> into{};
  EXPECT_EQ((*reader)->read(into).value_or(99), 3U);
  EXPECT_EQ(std::string(into.data(), 3), "old");
}

TYPED_TEST(FileSystemContract, RemoveIsContentWithNothingThere) {
  this->write("a", "bytes");
  EXPECT_TRUE(this->files().remove(this->path("a")));
  EXPECT_FALSE(this->files().exists(this->path("a")));
  EXPECT_TRUE(this->files().remove(this->path("a")));
  EXPECT_TRUE(this->files().remove(this->path("none/a")));
  ASSERT_TRUE(this->files().create_directories(this->path("d")));
  this->expect_error(this->files().remove(this->path("d")), "d", "cannot be removed");
}

TYPED_TEST(FileSystemContract, MakesDirectoriesAsDeepAsNeeded) {
  EXPECT_TRUE(this->files().create_directories(this->path("a/b/c")));
  EXPECT_TRUE(this->files().create_directories(this->path("a/b/c")));
  EXPECT_TRUE(this->files().create_directories(this->path("a//d/")));
  this->write("a/b/c/file", "bytes");
  EXPECT_EQ(this->contents("a/b/c/file"), "bytes");
  EXPECT_THAT(this->files().list(this->path("a")).value(), ElementsAre("b", "d"));
  EXPECT_TRUE(this->files().sync_directory(this->path("a/b")));
  EXPECT_FALSE(this->files().create_directories(this->path("a/b/c/file")));
  EXPECT_FALSE(this->files().create_directories(this->path("a/b/c/file/d")));
}

TYPED_TEST(FileSystemContract, ListsSorted) {
  for (const char* name : {"b", "a", ".hidden", "10", "9"}) this->write(name, "");
  ASSERT_TRUE(this->files().create_directories(this->path("d")));
  EXPECT_THAT(this->files().list(this->path("")).value(), ElementsAre(".hidden", "10", "9", "a", "b", "d"));
  EXPECT_THAT(this->files().list(this->path("d")).value(), IsEmpty());
  this->expect_error(this->files().list(this->path("none")), "none", "No such file");
  this->expect_error(this->files().list(this->path("a")), "a", "Not a directory");
}

TYPED_TEST(FileSystemContract, GlobFindsFilesByPattern) {
  ASSERT_TRUE(this->files().create_directories(this->path("d1")));
  ASSERT_TRUE(this->files().create_directories(this->path("d2.x")));
  for (const char* name : {"b.x", "a.x", ".h.x", "a.y", "d1/c.x", "d2.x/c.x"}) this->write(name, "");
  const auto found = [&](const std::string& pattern) { return this->files().glob(this->path(pattern)).value(); };
  EXPECT_THAT(found("*.x"), ElementsAre(this->path("a.x"), this->path("b.x")));
  EXPECT_THAT(found("?.[xz]"), ElementsAre(this->path("a.x"), this->path("b.x")));
  EXPECT_THAT(found("d*/c.x"), ElementsAre(this->path("d1/c.x"), this->path("d2.x/c.x")));
  EXPECT_THAT(found("a.y"), ElementsAre(this->path("a.y")));
  EXPECT_THAT(found("none"), IsEmpty());
  EXPECT_THAT(found("*.z"), IsEmpty());
  EXPECT_THAT(found("none/*"), IsEmpty());
  EXPECT_THAT(found("d1"), IsEmpty());
}

TYPED_TEST(FileSystemContract, RefusesWhatCannotBeOpened) {
  ASSERT_TRUE(this->files().create_directories(this->path("d")));
  this->expect_error(this->files().open_read(this->path("d"), 0), "d", "Is a directory");
  this->expect_error(this->files().open_read(this->path("none"), 0), "none", "No such file");
  this->expect_error(this->files().create(this->path("d")), "d", "Is a directory");
  this->expect_error(this->files().create(this->path("none/a")), "none/a", "No such file");
  this->expect_error(this->files().open_append(this->path("none/a")), "none/a", "No such file");
  this->expect_error(this->files().size(this->path("none")), "none", "No such file");
  this->expect_error(this->files().sync_directory(this->path("none")), "none", "No such file");
}

TYPED_TEST(FileSystemContract, ExistsMeansFilesAndDirectories) {
  this->write("a", "");
  ASSERT_TRUE(this->files().create_directories(this->path("d")));
  EXPECT_TRUE(this->files().exists(this->path("a")));
  EXPECT_TRUE(this->files().exists(this->path("d")));
  EXPECT_FALSE(this->files().exists(this->path("none")));
  EXPECT_FALSE(this->files().exists(this->path("a/b")));
}

TYPED_TEST(FileSystemContract, ALockHasOneHolder) {
  {
    auto first = this->files().lock(this->path("LOCK"));
    ASSERT_TRUE(first) << first.error().to_line();
    auto second = this->files().lock(this->path("LOCK"));
    this->expect_error(second, "LOCK", "is held by");
    EXPECT_TRUE(is_held(second.error()));
    EXPECT_NE(second.error().remedy, "");
    EXPECT_TRUE(this->files().lock(this->path("OTHER")));
  }
  EXPECT_TRUE(this->files().lock(this->path("LOCK")));
}

TYPED_TEST(FileSystemContract, ALockMayBeRemovedByItsHolder) {
  {
    auto held = this->files().lock(this->path("LOCK"));
    ASSERT_TRUE(held) << held.error().to_line();
    ASSERT_TRUE(this->files().remove(this->path("LOCK")));
  }
  EXPECT_FALSE(this->files().exists(this->path("LOCK")));
  auto next = this->files().lock(this->path("LOCK"));
  ASSERT_TRUE(next) << next.error().to_line();
  EXPECT_TRUE(this->files().exists(this->path("LOCK")));
  EXPECT_FALSE(this->files().lock(this->path("LOCK")));
}

TYPED_TEST(FileSystemContract, ReplacesAFileAsAWhole) {
  const std::string path = this->path("a");
  EXPECT_TRUE(replace_file(this->files(), path, "one"));
  EXPECT_TRUE(replace_file(this->files(), path, "two"));
  EXPECT_EQ(this->contents("a"), "two");
  EXPECT_THAT(this->files().list(this->path("")).value(), ElementsAre("a"));
  this->expect_error(replace_file(this->files(), this->path("none/a"), ""), "none/a.tmp", "No such file");
}

TYPED_TEST(FileSystemContract, ReadFileRefusesWhatIsLongerThanItsLimit) {
  this->write("a", "0123456789");
  EXPECT_EQ(read_file(this->files(), this->path("a"), 10).value_or(""), "0123456789");
  EXPECT_FALSE(read_file(this->files(), this->path("a"), 9));
}

TEST(PosixFileSystem, ALockNamesItsHolder) {
  OnDisk disk;
  const auto held = disk.files().lock(disk.folder() + "/LOCK");
  ASSERT_TRUE(held);
  const auto refused = disk.files().lock(disk.folder() + "/LOCK");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "is held by process " + std::to_string(::getpid()));
}

TEST(PosixFileSystem, ALockThatIsRemovedKeepsOthersOut) {
  OnDisk disk;
  const std::string path = disk.folder() + "/LOCK";
  constexpr int kThreads = 4;
  constexpr int kRounds = 100;
  std::atomic<int> inside{0};
  std::atomic<int> together{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds;) {
        const auto lock = disk.files().lock(path);
        if (!lock) {
          std::this_thread::yield();
          continue;
        }
        ++round;
        if (inside.fetch_add(1) != 0) ++together;
        std::this_thread::yield();
        inside.fetch_sub(1);
        static_cast<void>(disk.files().remove(path));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, 0);
}

TEST(PosixFileSystem, WaitsForWhoWritesToAPipeWhereItIsRead) {
  OnDisk disk;
  const std::string path = disk.folder() + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(disk.files().is_readable(path));
  auto reader = disk.files().open_read(path, 0);
  ASSERT_TRUE(reader) << reader.error().to_line();
  EXPECT_FALSE((*reader)->wait(Milliseconds(0)).value_or(true)) << "nobody writes yet";
  std::thread writer([&] {
    const auto file = disk.files().open_append(path);
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->append("bytes"));
  });
  std::array<char, 16> into{};
  const auto first = (*reader)->read(into);  // whoever comes first
  writer.join();
  EXPECT_EQ(first.value_or(0), 5U);
  EXPECT_TRUE((*reader)->wait(Milliseconds(0)).value_or(false)) << "the end is no reason to wait";
  EXPECT_EQ((*reader)->read(into).value_or(99), 0U);
}

TEST(PosixFileSystem, AReplacedFileKeepsItsPermissionsAndItsLink) {
  namespace fs = std::filesystem;
  OnDisk place;
  const std::string real = place.folder() + "/real.conf";
  const std::string link = place.folder() + "/elastic.conf";
  ASSERT_TRUE(replace_file(place.files(), real, "one"));
  fs::permissions(real, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink("real.conf", link);
  ASSERT_TRUE(replace_file(place.files(), link, "two"));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(*read_file(place.files(), real, 100), "two");
  EXPECT_EQ(fs::status(real).permissions(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST(PosixFileSystem, AFullDiskIsAnErrorWithARemedy) {
  PosixFileSystem files;
  if (!files.exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
  auto file = files.open_append("/dev/full");
  ASSERT_TRUE(file);
  const auto written = (*file)->append("bytes");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().to_line(),
            "/dev/full: cannot be written: No space left on device (free some space and start again; nothing is lost)");
}

TEST(PosixFileSystem, SyncsWhatHasNoStableStorage) {
  PosixFileSystem files;
  auto file = files.open_append("/dev/null");
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->append("bytes"));
  EXPECT_TRUE((*file)->sync());
}

TEST(DirectoryOf, CutsTheLastPart) {
  EXPECT_EQ(directory_of("a"), ".");
  EXPECT_EQ(directory_of("a/b"), "a");
  EXPECT_EQ(directory_of("/a"), "/");
  EXPECT_EQ(directory_of("/a/b/c"), "/a/b");
}

TEST(CanonicalTest, IsOnePathForAFile) {
  OnDisk disk;
  const std::string folder = disk.files().canonical(disk.folder());
  ASSERT_TRUE(disk.files().create_directories(folder + "/real"));
  ASSERT_TRUE(disk.files().create(folder + "/real/a.pb"));
  std::filesystem::create_symlink(folder + "/real", folder + "/link");
  EXPECT_EQ(disk.files().canonical(folder + "/link/./a.pb"), folder + "/real/a.pb");
  EXPECT_EQ(disk.files().canonical(folder + "/link/../link/*.pb"), folder + "/real/*.pb");
  EXPECT_EQ(disk.files().canonical("x"), std::filesystem::current_path().string() + "/x");
  MemoryFileSystem memory;
  EXPECT_EQ(memory.canonical("./a//b"), "/a/b");
  EXPECT_EQ(memory.canonical("/b"), "/b");
}

}  // namespace
}  // namespace temblor
