#include "checkpoint/checkpoint_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/frame.h"
#include "proto/checkpoint.pb.h"
#include "testing/sample_checkpoint.h"

namespace temblor {
namespace {

using ::testing::HasSubstr;

std::string written(const Checkpoint& checkpoint) {
  BytesOutput file;
  EXPECT_TRUE(write_checkpoint(checkpoint, file));
  return file.bytes;
}

/// A file of these frames, whole and with right checksums.
std::string file_of(std::vector<v1::CheckpointFrame> frames) {
  std::string bytes(kCheckpointMagic);
  for (const auto& frame : frames) append_frame(frame, bytes);
  return bytes;
}
v1::CheckpointFrame header(std::uint32_t version = kCheckpointFormat) {
  v1::CheckpointFrame frame;
  frame.mutable_header()->set_format_version(version);
  return frame;
}
v1::CheckpointFrame footer(std::uint64_t frames) {
  v1::CheckpointFrame frame;
  frame.mutable_footer()->set_frames(frames);
  return frame;
}
v1::CheckpointFrame window() {
  v1::CheckpointFrame frame;
  auto& out = *frame.mutable_window();
  out.set_sensor_ids("S1");
  out.add_sensor_id_bytes(2);
  out.add_sum_low(1);
  out.add_sum_high(0);
  out.add_max_amplitude(1);
  out.add_min_amplitude(1);
  out.add_p_phase_count(1);
  out.add_s_phase_count(0);
  out.add_n_phase_count(0);
  return frame;
}

std::string error_of(const std::string& bytes) {
  const auto text = read_as_text(bytes);
  return text ? "none" : text.error().to_line();
}

TEST(CheckpointFormat, ReadsBackWhatItWrites) {
  for (const int sensors : {0, 1, 3, 600}) {
    const Checkpoint checkpoint = sample_checkpoint(7, sensors);
    const auto text = read_as_text(written(checkpoint));
    ASSERT_TRUE(text) << text.error().to_line();
    EXPECT_EQ(*text, to_text(checkpoint, sample_windows(7, sensors)));
  }
  const auto empty = read_as_text(written(Checkpoint{}));
  ASSERT_TRUE(empty);
  EXPECT_EQ(*empty, to_text(Checkpoint{}, ""));
}

TEST(CheckpointFormat, ReadsBackMoreThanOneFrameOfEachKind) {
  Checkpoint checkpoint = sample_checkpoint(1, 20'000);
  checkpoint.late_letters.assign(3'000'000, 'l');
  checkpoint.dead_letters.assign(1 << 20, 'd');
  WindowResults many;
  many.window_start = timestamp_from_ms(0);
  many.window_end = timestamp_from_ms(1000);
  for (int i = 0; i < 20'000; ++i) many.rows.push_back({.sensor_id = "SAME"});
  checkpoint.results.push_back(std::move(many));
  const auto text = read_as_text(written(checkpoint));
  ASSERT_TRUE(text) << text.error().to_line();
  EXPECT_TRUE(*text == to_text(checkpoint, sample_windows(1, 20'000)));
}

TEST(CheckpointFormat, KeepsPathsThatAreNoUtf8) {
  Checkpoint checkpoint = sample_checkpoint(1);
  const std::string path = "file:/data/M\xFCnchen";  // Latin-1, as old disks have it
  checkpoint.facts.settings["from"] = path;
  checkpoint.splits[0].id = path;
  checkpoint.sinks[0].uri = path;
  const auto text = read_as_text(written(checkpoint));
  ASSERT_TRUE(text) << text.error().to_line();
  EXPECT_EQ(*text, to_text(checkpoint, sample_windows(1)));
}

TEST(CheckpointFormat, NoticesThatItIsCutAnywhere) {
  const std::string whole = written(sample_checkpoint(1));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_FALSE(read_as_text(whole.substr(0, size))) << size << " of " << whole.size();
  }
  EXPECT_THAT(error_of(whole + '\0'), HasSubstr("goes on"));
}

TEST(CheckpointFormat, NoticesEveryFlippedBit) {
  std::string bytes = written(sample_checkpoint(1));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = [&] { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8))); };
    flip();
    ASSERT_FALSE(read_as_text(bytes)) << "bit " << bit;
    flip();
  }
}

TEST(CheckpointFormat, RefusesANewerFormat) {
  EXPECT_EQ(error_of(file_of({header(), footer(1)})), "none");
  EXPECT_THAT(error_of(file_of({header(kCheckpointFormat + 1), footer(1)})), HasSubstr("use a newer one"));
  EXPECT_NE(error_of(file_of({header(0), footer(1)})), "none");
}

TEST(CheckpointFormat, RefusesWhatIsWellFormedButNoCheckpoint) {
  EXPECT_EQ(error_of(file_of({header(), window(), footer(2)})), "none");
  EXPECT_THAT(error_of(file_of({footer(0)})), HasSubstr("header"));
  EXPECT_THAT(error_of(file_of({header(), header(), footer(2)})), HasSubstr("header"));
  EXPECT_THAT(error_of(file_of({header(), footer(5)})), HasSubstr("lacks frames"));
  EXPECT_THAT(error_of(file_of({header(), v1::CheckpointFrame(), footer(2)})), HasSubstr("unknown kind"));

  auto uneven = window();
  uneven.mutable_window()->add_sum_low(2);
  EXPECT_THAT(error_of(file_of({header(), uneven, footer(2)})), HasSubstr("not whole"));
  auto short_ids = window();
  short_ids.mutable_window()->set_sensor_id_bytes(0, 3);
  EXPECT_THAT(error_of(file_of({header(), short_ids, footer(2)})), HasSubstr("not whole"));
  auto nothing_counted = window();
  nothing_counted.mutable_window()->set_p_phase_count(0, 0);
  EXPECT_THAT(error_of(file_of({header(), nothing_counted, footer(2)})), HasSubstr("sum"));
  auto counted_too_often = window();  // their sum is 0 in 32 bits, and nothing can be divided by that
  counted_too_often.mutable_window()->set_p_phase_count(0, 0xFFFFFFFF);
  counted_too_often.mutable_window()->set_s_phase_count(0, 1);
  EXPECT_THAT(error_of(file_of({header(), counted_too_often, footer(2)})), HasSubstr("sum"));
  auto after_all = window();
  after_all.mutable_window()->set_window_start_ms(to_ms(kAfterAll));
  EXPECT_THAT(error_of(file_of({header(), after_all, footer(2)})), HasSubstr("not whole"));
  v1::CheckpointFrame split;
  split.mutable_split()->set_highest_ms(to_ms(kBeforeAll) + 1);
  EXPECT_THAT(error_of(file_of({header(), split, footer(2)})), HasSubstr("impossible time"));
  auto bad_wide = window();
  bad_wide.mutable_window()->add_wide_index(0);
  bad_wide.mutable_window()->add_wide_sum("short");
  EXPECT_THAT(error_of(file_of({header(), bad_wide, footer(2)})), HasSubstr("sum"));
}

TEST(CheckpointFormat, ReadsTheEarliestTimesThatAJobComesTo) {
  // A reading of the year 1, a year of disorder, the longest window.
  Checkpoint checkpoint = sample_checkpoint(1);
  checkpoint.facts.closed_through = kEarliest - std::chrono::hours(24 * 365) - std::chrono::hours(24);
  const auto text = read_as_text(written(checkpoint));
  ASSERT_TRUE(text) << text.error().to_line();
  EXPECT_EQ(*text, to_text(checkpoint, sample_windows(1)));
  checkpoint.facts.closed_through -= Milliseconds(1);
  EXPECT_THAT(error_of(written(checkpoint)), HasSubstr("impossible time"));
}

TEST(CheckpointFormat, MeasuresFromTheStartWhereAnOlderCheckpointSaysNothingElse) {
  auto first = header();
  first.mutable_header()->set_job_start_ms(42);
  auto with_reference = first;
  with_reference.mutable_header()->set_reference_ms(42);
  EXPECT_EQ(read_as_text(file_of({first, footer(1)})).value(),
            read_as_text(file_of({with_reference, footer(1)})).value());
}

TEST(CheckpointFormat, ALyingLengthTakesNoMemory) {
  std::string bytes(kCheckpointMagic);
  bytes.resize(bytes.size() + kFrameHeadBytes);
  put_frame_head({.length = kLongestFrame, .checksum = 0}, bytes.data() + kCheckpointMagic.size());
  EXPECT_THAT(error_of(bytes), HasSubstr("ends inside"));
  put_frame_head({.length = kLongestFrame + 1, .checksum = 0}, bytes.data() + kCheckpointMagic.size());
  EXPECT_THAT(error_of(bytes), HasSubstr("impossible"));
}

}  // namespace
}  // namespace temblor
