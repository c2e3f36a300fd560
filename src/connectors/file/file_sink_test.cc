#include "connectors/file/file_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/registry.h"
#include "proto/seismic_data.pb.h"
#include "schema/serializer.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

class FileSinkTest : public ::testing::Test {
 protected:
  static std::string frame(std::string_view message) {
    std::string framed;
    append_delimited(message, framed);
    return framed;
  }

  static std::vector<WindowResults> one_window() {
    std::vector<WindowResults> windows(1);
    windows[0].window_start = timestamp_from_ms(1000);
    windows[0].window_end = timestamp_from_ms(2000);
    windows[0].rows.resize(2);
    windows[0].rows[0].sensor_id = "S001";
    windows[0].rows[0].avg_amplitude = 4.2F;
    windows[0].rows[0].n_phase_count = 5;
    windows[0].rows[1].sensor_id = "S002";
    return windows;
  }

  static std::string expected() {
    std::string bytes;
    for (const auto& [id, avg, n] : {std::tuple("S001", 4.2F, 5), std::tuple("S002", 0.0F, 0)}) {
      com::example::seismic::SeismicAggRecord record;
      record.set_sensor_id(id);
      record.set_window_start_ts(1000);
      record.set_window_end_ts(2000);
      record.set_avg_amplitude(avg);
      record.set_n_phase_count(n);
      bytes += frame(record.SerializeAsString());
    }
    return bytes;
  }

  void SetUp() override { ASSERT_TRUE(files_.create_directories("/out")); }

  std::string bytes_at(const std::string& path) { return read_file(files_, path, 1'000'000).value(); }

  MemoryFileSystem files_;
  SimClock clock_;
  Environment environment_{.clock = clock_, .files = files_, .hash_seed = 0};
};

TEST_F(FileSinkTest, WritesWhatTheGeneratedClassesWrite) {
  const auto sink = make_sink("file:/out/a.pb", environment_).value();
  EXPECT_TRUE(sink->lasting());
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->commit(sink->prepare().value(), one_window()));
  EXPECT_EQ(bytes_at("/out/a.pb"), expected());
}

TEST_F(FileSinkTest, WritesToStandardOutputToo) {
  const auto sink = make_sink("-", environment_).value();
  EXPECT_FALSE(sink->lasting());
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->write(one_window()[0]));
  EXPECT_EQ(files_.standard_output_bytes(), expected());
  ASSERT_TRUE(sink->commit(sink->prepare().value(), one_window()));
  EXPECT_EQ(files_.standard_output_bytes(), expected() + expected());
}

TEST_F(FileSinkTest, PrintsToTheConsole) {
  const auto sink = make_sink("console", environment_).value();
  EXPECT_FALSE(sink->lasting());
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->commit(sink->prepare().value(), one_window()));
  EXPECT_EQ(files_.standard_output_bytes(),
            "Window Result: S001 avg=4.2 max=0.0 min=0.0 P=0 S=0 N=5\n"
            "Window Result: S002 avg=0.0 max=0.0 min=0.0 P=0 S=0 N=0\n");
}

TEST_F(FileSinkTest, KeepsLettersAsTheyAre) {
  const auto sink = make_letter_sink("file:/out/letters.pb", environment_).value();
  ASSERT_TRUE(sink->open(nullptr));
  ASSERT_TRUE(sink->write("one"));
  const std::string prepared = sink->prepare().value();
  ASSERT_TRUE(sink->commit(prepared, "two"));
  ASSERT_TRUE(sink->commit(prepared, "two"));
  ASSERT_TRUE(sink->close());
  EXPECT_EQ(bytes_at("/out/letters.pb"), "onetwo");

  const auto output = make_letter_sink("-", environment_).value();
  ASSERT_TRUE(output->open(nullptr));
  ASSERT_TRUE(output->write("one"));
  ASSERT_TRUE(output->commit(output->prepare().value(), "two"));
  EXPECT_EQ(files_.standard_output_bytes(), "onetwo");
}

TEST_F(FileSinkTest, ATargetBeginsAnew) {
  for (const std::string message : {"first", "second"}) {
    const auto target = make_target("file:/out/records.pb", environment_).value();
    ASSERT_TRUE(target->send(message));
    ASSERT_TRUE(target->flush());
    EXPECT_EQ(bytes_at("/out/records.pb"), frame(message));
  }
}

TEST_F(FileSinkTest, ATargetKeepsEveryMessageInOrder) {
  std::string expected_bytes;
  const auto target = make_target("file:/records.pb", environment_).value();
  for (int i = 0; i < 10'000; ++i) {
    const std::string message = "message " + std::to_string(i) + std::string(40, 'x');
    ASSERT_TRUE(target->send(message));
    expected_bytes += frame(message);
  }
  ASSERT_TRUE(target->flush());
  EXPECT_EQ(bytes_at("/records.pb"), expected_bytes);
}

TEST_F(FileSinkTest, ATargetOfNothingIsAnEmptyFile) {
  const auto target = make_target("file:/records.pb", environment_).value();
  EXPECT_FALSE(files_.exists("/records.pb")) << "nothing is touched before the first message";
  ASSERT_TRUE(target->flush());
  EXPECT_EQ(bytes_at("/records.pb"), "");
}

TEST_F(FileSinkTest, ATargetMayBeStandardOutput) {
  const auto target = make_target("-", environment_).value();
  ASSERT_TRUE(target->send("message"));
  ASSERT_TRUE(target->flush());
  EXPECT_EQ(files_.standard_output_bytes(), frame("message"));
}

}  // namespace
}  // namespace temblor
