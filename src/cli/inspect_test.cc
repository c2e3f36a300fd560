#include "cli/inspect.h"

#include <gmock/gmock.h>

#include <limits>

#include "checkpoint/checkpoint_format.h"
#include "cli/test_program.h"
#include "cli/test_record.h"
#include "connectors/csv/csv_text.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string delimited_record(std::string_view id) {
  std::string delimited;
  append_delimited(test_record(id), delimited);
  return delimited;
}

/// Two windows of two sensors.
std::vector<WindowResults> two_windows() {
  std::vector<WindowResults> windows(2);
  for (std::int64_t i = 0; i < 2; ++i) {
    auto& window = windows[static_cast<std::size_t>(i)];
    window.window_start = timestamp_from_ms(1'274'977'473'000 + i * 1000);
    window.window_end = window.window_start + Milliseconds(1000);
    for (const char* id : {"S001", "S\x1b[2J"}) {
      window.rows.push_back({.sensor_id = id,
                             .avg_amplitude = 4.2F,
                             .max_amplitude = 5,
                             .min_amplitude = 3.2F,
                             .p_phase_count = 12,
                             .s_phase_count = 8,
                             .n_phase_count = 5});
    }
  }
  return windows;
}

TEST(InspectTest, ShowsRecords) {
  TestProgram program;
  program.write("a.pb", delimited_record("S001") + delimited_record("S002"));
  const auto ran = program.run({"inspect", "records", "a.pb"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              HasSubstr("         0  2010-05-27T16:24:33.210Z  S001                     3.21  P           1    "
                        "11.5000   48.2500\n"));
  EXPECT_THAT(ran.out, HasSubstr("2 records of 2 sensors, 2010-05-27T16:24:33.210Z to 2010-05-27T16:24:33.210Z\n"));
}

TEST(InspectTest, ShowsWhatDoesNotParseAndGoesOn) {
  TestProgram program;
  std::string bytes = delimited_record("S001");
  append_delimited("\xff\xff", bytes);
  for (int i = 0; i < 20; ++i) bytes += delimited_record("S002");
  program.write("a.pb", bytes + "\x80\x80\x80");
  const auto ran = program.run({"inspect", "records", "a.pb", "--limit", "3"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("2 bytes that do not parse: ff ff\n"));
  EXPECT_THAT(ran.out, HasSubstr("… 20 more (--limit 0 shows all)\n"));
  EXPECT_THAT(ran.out, HasSubstr("21 records of 2 sensors"));
  EXPECT_THAT(ran.out, HasSubstr("1 message that did not parse; 3 bytes lost in 1 place\n"));
  EXPECT_THAT(program.run({"inspect", "records", "a.pb", "--limit", "0"}).out,
              HasSubstr("3 bytes that are no message: 80 80 80\n"));
}

TEST(InspectTest, ReadsStandardInput) {
  TestProgram program;
  program.files.set_standard_input(delimited_record("S001"));
  EXPECT_THAT(program.run({"inspect", "records", "-"}).out, HasSubstr("1 record of 1 sensor,"));
}

TEST(InspectTest, LetsNoIdMoveTheCursor) {
  TestProgram program;
  program.write("a.pb", delimited_record("S\x1b[2J\n\u202e") + delimited_record(std::string(100'000, 'x')));
  const auto out = program.run({"inspect", "records", "a.pb"}).out;
  EXPECT_THAT(out, HasSubstr(R"(S\x1b[2J\x0a\u202e)"));
  EXPECT_THAT(out, Not(HasSubstr("\x1b")));
  EXPECT_LT(out.size(), 1000U);
}

TEST(InspectTest, ShowsResultsAlikeFromMessagesAndFromCsv) {
  TestProgram program;
  std::string bytes;
  for (const WindowResults& window : two_windows()) {
    std::string csv;
    append_csv(window, csv);
    const std::string folder = "out/" + csv_folder(window.window_start);
    ASSERT_TRUE(program.files.create_directories(folder));
    program.write(folder + "/" + csv_name(window.window_start), csv);
    for (const ResultRow& row : window.rows) {
      std::string message;
      serialize(row, window.window_start, window.window_end, message);
      append_delimited(message, bytes);
    }
  }
  program.write("out.pb", bytes);
  const auto messages = program.run({"inspect", "results", "out.pb"});
  EXPECT_EQ(messages.code, 0) << messages.err;
  EXPECT_THAT(messages.out,
              HasSubstr("S001             2010-05-27T16:24:33.000Z 2010-05-27T16:24:34.000Z           4.2 "
                        "          5.0           3.2     12      8      5\n"));
  EXPECT_THAT(messages.out, HasSubstr(R"(S\x1b[2J )"));
  EXPECT_THAT(messages.out, HasSubstr("4 results: 2 windows, 2 sensors\n"));
  EXPECT_EQ(program.run({"inspect", "results", "out"}).out, messages.out);
  EXPECT_THAT(program.run({"inspect", "results", "out/2010-05-27/16/1274977474000.csv"}).out,
              HasSubstr("2 results: 1 window, 2 sensors\n"));
}

TEST(InspectTest, ShowsBrokenCsvWithItsPlace) {
  TestProgram program;
  program.write("a.csv", "sensor_id,b\na,b\n");
  EXPECT_THAT(program.run({"inspect", "results", "a.csv"}).out, StartsWith("a.csv:2: 2 columns, not 9\n"));
}

TEST(InspectTest, ShowsLetters) {
  TestProgram program;
  std::string record;
  serialize({.sensor_id = "S001", .phase_type = "P", .collect_timestamp = kTime, .seismic_amplitude = 99}, record);
  std::string bytes;
  for (const Letter& letter :
       {Letter{.split = "file:a", .offset = 7, .reason = "amplitude", .time_ms = kTime, .payload = record},
        Letter{.split = "file:\x1b", .offset = 9, .reason = "parse", .payload = "\xff\x01", .payload_bytes = 2345}}) {
    std::string message;
    serialize(letter, message);
    append_delimited(message, bytes);
  }
  program.write("dead.pb", bytes);
  const auto out = program.run({"inspect", "letters", "dead.pb"}).out;
  EXPECT_THAT(out, HasSubstr("S001 amplitude=99.0 phase=P quality=0 at 0,0\n"));
  EXPECT_THAT(out, HasSubstr(R"(file:\x1b)"));
  EXPECT_THAT(out, HasSubstr("2 bytes of 2,345: ff 01\n"));
  EXPECT_THAT(out, HasSubstr("2 letters: amplitude 1, parse 1\n"));
}

TEST(InspectTest, ShowsACheckpointAndTheNewestOfAFolder) {
  TestProgram program;
  ASSERT_EQ(program.run({"generate", "--to", "file:in.pb", "--start-time", "2010-05-27T16:24:00Z"}).code, 0);
  ASSERT_EQ(program.run({"process", "--from", "file:in.pb", "--sink", "null:", "--checkpoint-dir", "state"}).code, 0);
  const auto ran = program.run({"inspect", "checkpoint", "state"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("checkpoint  2 of "));
  EXPECT_THAT(ran.out, HasSubstr("0 restarts, finished\n"));
  EXPECT_THAT(ran.out, HasSubstr("from               file:in.pb\n"));
  EXPECT_THAT(ran.out, HasSubstr("3,000 read, "));
  EXPECT_THAT(ran.out, HasSubstr("file:in.pb  offset "));
  EXPECT_THAT(program.run({"inspect", "checkpoint", "state/checkpoint-00000000000000000001.ckpt"}).out,
              HasSubstr("checkpoint  1 of "));
}

TEST(InspectTest, RefusesDamagedCheckpoints) {
  TestProgram program;
  program.write("junk", "temblorC and then nothing that makes sense");
  const auto ran = program.run({"inspect", "checkpoint", "junk"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, StartsWith("temblor: junk: "));
}

TEST(InspectTest, RefusesMistakesInOneLine) {
  TestProgram program;
  const auto expect_error = [&](std::vector<std::string> arguments, const std::string& start) {
    arguments.insert(arguments.begin(), "inspect");
    const auto ran = program.run(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, StartsWith("temblor: " + start));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
  };
  expect_error({}, "temblor inspect: needs to know what and where");
  expect_error({"record", "a"}, "record: no such kind of file (did you mean records?)");
  expect_error({"records"}, "temblor inspect records: needs a path");
  expect_error({"records", "nowhere"}, "nowhere: ");
  expect_error({"results", "nowhere.csv"}, "nowhere.csv: ");
  expect_error({"checkpoint", "nowhere"}, "nowhere: ");
  expect_error({"records", "a", "b"}, "command line: \"b\" is not expected");
  expect_error({"records", "a", "--limit", "x"}, "--limit: \"x\" is no whole number (0 shows all)");
}

}  // namespace
}  // namespace temblor
