#include "checkpoint/checkpoint_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <set>
#include <sstream>

#include "checkpoint/frame.h"
#include "checkpoint/recovery.h"
#include "proto/checkpoint.pb.h"
#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"
#include "testing/sample_checkpoint.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kFolder = "/job/state";

std::string path_of(std::uint64_t id) { return kFolder + "/" + checkpoint_name(id); }

std::unique_ptr<CheckpointStore> opened(FileSystem& files) {
  auto store = CheckpointStore::open(files, kFolder);
  EXPECT_TRUE(store) << store.error().to_line();
  return store ? std::move(*store) : nullptr;
}

/// What recover() gives, as text; "nothing", or the error.
struct Outcome {
  std::string text;
  std::uint64_t id = 0;
  bool fell_back = false;
};
Outcome recovered(CheckpointStore& store) {
  std::multiset<std::string> lines;
  const auto found = store.recover([&]() -> WindowRestorer {
    lines.clear();
    return [&](Timestamp window_start, std::string_view sensor_id, const Aggregate& aggregate) {
      lines.insert(open_to_text(window_start, sensor_id, aggregate));
    };
  });
  if (!found) return {.text = found.error().to_line()};
  if (!*found) return {.text = "nothing"};
  const RestoredCheckpoint& checkpoint = (*found)->checkpoint;
  return {.text = to_text(checkpoint, fmt::format("{}", fmt::join(lines, ""))),
          .id = checkpoint.facts.id,
          .fell_back = (*found)->fell_back};
}
Outcome recovered(FileSystem& files) { return recovered(*opened(files)); }

void put(FileSystem& files, const std::string& path, std::string_view bytes) {
  ASSERT_TRUE(replace_file(files, path, bytes));
}

void damage(MemoryFileSystem& files, std::uint64_t id) {
  std::string bytes = *read_file(files, path_of(id), 1 << 20);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  put(files, path_of(id), bytes);
}

/// Three checkpoints in a folder.
void put_three(MemoryFileSystem& files) {
  const auto store = opened(files);
  for (std::uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(store->commit(sample_checkpoint(id)));
}

TEST(CheckpointStore, FindsNothingInANewFolder) {
  MemoryFileSystem files;
  EXPECT_EQ(recovered(files).text, "nothing");
  EXPECT_TRUE(files.exists(kFolder));
}

TEST(CheckpointStore, FindsTheNewest) {
  MemoryFileSystem files;
  put_three(files);
  const Outcome outcome = recovered(files);
  EXPECT_EQ(outcome.text, sample_text(3));
  EXPECT_FALSE(outcome.fell_back);
}

TEST(CheckpointStore, KeepsTheLastThree) {
  MemoryFileSystem files;
  const auto store = opened(files);
  for (std::uint64_t id = 1; id <= 6; ++id) ASSERT_TRUE(store->commit(sample_checkpoint(id)));
  EXPECT_THAT(*files.list(kFolder), ElementsAre("LOCK", checkpoint_name(4), checkpoint_name(5), checkpoint_name(6)));
}

TEST(CheckpointStore, GoesBackBeforeADamagedOne) {
  MemoryFileSystem files;
  put_three(files);
  damage(files, 3);
  Outcome outcome = recovered(files);
  EXPECT_EQ(outcome.text, sample_text(2));
  EXPECT_TRUE(outcome.fell_back);
  damage(files, 2);
  outcome = recovered(files);
  EXPECT_EQ(outcome.id, 1U);
  EXPECT_TRUE(outcome.fell_back);
}

TEST(CheckpointStore, TheNextOneReplacesTheDamaged) {
  MemoryFileSystem files;
  put_three(files);
  damage(files, 3);
  damage(files, 2);
  const auto store = opened(files);
  ASSERT_EQ(recovered(*store).id, 1U);
  ASSERT_TRUE(store->commit(sample_checkpoint(2)));
  const Outcome outcome = recovered(*store);
  EXPECT_EQ(outcome.text, sample_text(2));
  EXPECT_FALSE(outcome.fell_back);
  EXPECT_FALSE(files.exists(path_of(3)));
}

TEST(CheckpointStore, SaysBeforeThatReadingWillTakeLong) {
  MemoryFileSystem files;
  put_three(files);
  files.put(path_of(4), std::string(123'000'000, 'x'));
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(log)));
  const Outcome outcome = recovered(files);
  spdlog::set_default_logger(before);
  EXPECT_EQ(outcome.id, 3U);
  EXPECT_THAT(log.str(), HasSubstr("reading " + path_of(4) + ", 123 MB"));
  EXPECT_THAT(log.str(), Not(HasSubstr("reading " + path_of(3)))) << "no word of small ones";
}

TEST(CheckpointStore, DoesNotBeginAnewByItself) {
  MemoryFileSystem files;
  put_three(files);
  for (std::uint64_t id = 1; id <= 3; ++id) damage(files, id);
  EXPECT_THAT(recovered(files).text, HasSubstr("no checkpoint that can be read"));
}

TEST(CheckpointStore, DoesNotGoBackBeforeANewerFormat) {
  // Another program has gone on with the job since: its work must not be done again without a word.
  MemoryFileSystem files;
  put_three(files);
  std::string bytes(kCheckpointMagic);
  v1::CheckpointFrame frame;
  frame.mutable_header()->set_format_version(kCheckpointFormat + 1);
  append_frame(frame, bytes);
  put(files, path_of(4), bytes);
  EXPECT_THAT(recovered(files).text, HasSubstr("use a newer one"));
}

TEST(CheckpointStore, BelongsToOne) {
  MemoryFileSystem files;
  const auto store = opened(files);
  const auto second = CheckpointStore::open(files, kFolder);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().to_line(), HasSubstr("held by"));
}

TEST(CheckpointStore, LeavesNoLockWhereNothingWasCommitted) {
  MemoryFileSystem files;
  put_three(files);
  ASSERT_TRUE(files.remove(kFolder + "/LOCK"));  // a copy of a folder
  const auto before = files.list(kFolder).value();
  {
    const auto store = opened(files);
    EXPECT_TRUE(files.exists(kFolder + "/LOCK"));
    EXPECT_EQ(recovered(*store).id, 3U);
    EXPECT_FALSE(CheckpointStore::open(files, kFolder)) << "and it is still held";
    EXPECT_TRUE(files.exists(kFolder + "/LOCK")) << "who was refused takes nothing away";
  }
  EXPECT_EQ(files.list(kFolder).value(), before);
  ASSERT_TRUE(opened(files)->commit(sample_checkpoint(4)));
  EXPECT_TRUE(files.exists(kFolder + "/LOCK"));
  EXPECT_EQ(recovered(files).id, 4U);
  EXPECT_TRUE(files.exists(kFolder + "/LOCK")) << "it was there before";
}

TEST(CheckpointStore, PassesOverWhatIsNotIts) {
  MemoryFileSystem files;
  put_three(files);
  put(files, kFolder + "/notes.txt", "mine");
  put(files, kFolder + "/checkpoint.tmp", "torn");
  const auto store = opened(files);
  EXPECT_EQ(recovered(*store).id, 3U);
  ASSERT_TRUE(store->commit(sample_checkpoint(4)));
  EXPECT_TRUE(files.exists(kFolder + "/notes.txt"));
}

/// Commits checkpoint 4 after three others, something going wrong at one operation of it.
struct Trouble {
  Fault fault;
  int error;
};
class FaultyCommit : public ::testing::TestWithParam<Trouble> {};

INSTANTIATE_TEST_SUITE_P(All, FaultyCommit,
                         ::testing::Values(Trouble{Fault::kFails, ENOSPC}, Trouble{Fault::kFails, EIO},
                                           Trouble{Fault::kFailsHalfway, ENOSPC}, Trouble{Fault::kDies, 0},
                                           Trouble{Fault::kDiesHalfway, 0}));

TEST_P(FaultyCommit, LeavesTheOldOneOrTheNewOne) {
  for (std::uint64_t nth = 1;; ++nth) {
    bool reached = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(fmt::format("operation {}, seed {}", nth, seed));
      MemoryFileSystem memory;
      put_three(memory);
      bool committed = false;
      {
        FaultyFileSystem files(memory);
        files.inject(nth, GetParam().fault, GetParam().error);
        if (auto store = CheckpointStore::open(files, kFolder)) {
          committed = (*store)->commit(sample_checkpoint(4)).has_value();
        }
        reached = files.count() >= nth;
      }
      if (seed % 2 == 0) {
        memory.kill();
      } else {
        memory.crash(seed);
      }
      const Outcome outcome = recovered(memory);
      ASSERT_TRUE(outcome.id == 4 || (outcome.id == 3 && !committed)) << outcome.text;
      EXPECT_EQ(outcome.text, sample_text(outcome.id));
      EXPECT_FALSE(outcome.fell_back);
    }
    if (!reached) break;
  }
}

TEST_P(FaultyCommit, CanBeTriedAgain) {
  if (GetParam().fault == Fault::kDies || GetParam().fault == Fault::kDiesHalfway) return;
  bool reached = true;
  for (std::uint64_t nth = 2; reached; ++nth) {  // the first opens the store
    SCOPED_TRACE(nth);
    MemoryFileSystem memory;
    put_three(memory);
    {
      FaultyFileSystem files(memory);
      files.inject(nth, GetParam().fault, GetParam().error);
      const auto store = opened(files);
      if (!store->commit(sample_checkpoint(4))) {
        ASSERT_TRUE(store->commit(sample_checkpoint(4)));
      }
      reached = files.count() >= nth;
    }
    memory.crash(nth);
    EXPECT_EQ(recovered(memory).text, sample_text(4));
  }
}

}  // namespace
}  // namespace temblor
