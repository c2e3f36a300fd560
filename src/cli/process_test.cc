#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/test_program.h"

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// What is refused is one line on standard error, code 2, and nothing was touched.
void expect_refused(TestProgram& program, std::vector<std::string> arguments, const std::string& line) {
  arguments.insert(arguments.begin(), "process");
  const auto before = program.list("/");
  const auto ran = program.run(arguments);
  EXPECT_EQ(ran.code, 2) << line;
  EXPECT_EQ(ran.err, "temblor: " + line + "\n");
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_EQ(program.list("/"), before) << line;
}

TEST(ProcessTest, ReadsAFileToCsvAndSumsUp) {
  TestProgram program;
  ASSERT_EQ(program.run({"generate", "--start-time", "2010-05-27T16:24:00Z", "--to", "file:in.pb"}).code, 0);
  const auto ran = program.run({"process", "--from", "file:in.pb", "--sink", "csv:out", "--summary", "s.json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(program.list("out/2010-05-27/16"),
            (std::vector<std::string>{"1274977440000.csv", "1274977441000.csv", "1274977442000.csv"}));
  const auto json = nlohmann::json::parse(program.read("s.json"));
  EXPECT_EQ(json["records_read"], 3000);
  std::uint64_t dropped = 0;
  for (const auto& [reason, count] : json["dropped"].items()) dropped += count.get<std::uint64_t>();
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(json["records_accepted"], 3000 - dropped);
  EXPECT_EQ(json["late"], 0);
  EXPECT_EQ(json["windows_emitted"], 3);
  EXPECT_EQ(json["results_emitted"], 30);
  EXPECT_EQ(json["finished"], true);
  EXPECT_EQ(json["restarts"], 0);
  EXPECT_EQ(json["this_run"]["records_read"], 3000);
}

TEST(ProcessTest, CountsTheWholeLifeOverRestarts) {
  TestProgram program;
  ASSERT_EQ(program.run({"generate", "--to", "file:in.pb"}).code, 0);
  const std::vector<std::string> arguments = {"process",          "--from", "file:in.pb", "--sink", "file:out.pb",
                                              "--checkpoint-dir", "state",  "--summary",  "s.json"};
  ASSERT_EQ(program.run(arguments).code, 0);
  const auto results = program.read("out.pb");
  const auto again = program.run(arguments);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(program.read("out.pb"), results);
  const auto json = nlohmann::json::parse(program.read("s.json"));
  EXPECT_EQ(json["records_read"], 3000);
  EXPECT_EQ(json["restarts"], 1);
  EXPECT_EQ(json["this_run"]["records_read"], 0);
}

TEST(ProcessTest, PrintsResultsWhereNoSinkIsNamed) {
  TestProgram program;
  const auto ran = program.run({"process", "--from", "generator:?records=10"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("Window Result: S001 avg="));
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST(ProcessTest, TakesTheTimeOfItsSources) {
  TestProgram program;
  program.write("a.pb", "");
  const auto time_of = [&](const std::string& source) {
    return program.run({"process", "--print-config", "--from", source}).out;
  };
  EXPECT_THAT(time_of("generator:"), HasSubstr("time = \"processing\"  # default of the sources\n"));
  EXPECT_THAT(time_of("file:a.pb"), HasSubstr("time = \"event\"  # default of the sources\n"));
  EXPECT_THAT(time_of("file:a.pb"), HasSubstr("amplitude-range = \"-10:10\"  # default of the sources\n"));
  expect_refused(program, {"--from", "generator:", "--from", "file:a.pb"},
                 "--time: the sources do not agree: generator: has processing time, file:a.pb has event time "
                 "(choose --time event or --time processing)");
  EXPECT_EQ(program.run({"process", "--from", "generator:", "file:a.pb", "--time", "event"}).code, 0);
}

TEST(ProcessTest, RefusesSourcesAndSinksBeforeAnythingIsTouched) {
  TestProgram program;
  program.write("a.pb", "");
  program.write("temblor.toml", "from = 'file:a.pb'\n\nsink = 'csw:out'\n");
  expect_refused(program, {}, "--from: is missing (name a source: --from file:PATH, or --from generator: to try it)");
  auto ran = program.run({"process", "--config", "temblor.toml", "--checkpoint-dir", "state"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, StartsWith("temblor: temblor.toml:3: sink: csw:out: unknown scheme 'csw'"));
  EXPECT_FALSE(program.files.exists("state"));
  ran = program.run({"process", "--from", "file:nowhere.pb", "--sink", "file:out.pb"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, StartsWith("temblor: --from: file:nowhere.pb: "));
  EXPECT_FALSE(program.files.exists("out.pb"));
  expect_refused(program, {"--from", "file:a.pb", "file:a.pb"},
                 "--from: file:a.pb is named twice (name each source once)");
  expect_refused(program, {"--from", "file:a.pb", "--sink", "file:x", "--late-sink", "file:x"},
                 "--late-sink: file:x is written to twice (give each output a place of its own)");
  expect_refused(program, {"--from", "file:a.pb?follow", "--sink", "file:a.pb"},
                 "--sink: file:a.pb is read as a source (write somewhere else)");
}

TEST(ProcessTest, KnowsOnePlaceHoweverItIsWritten) {
  TestProgram program;
  ASSERT_TRUE(program.files.create_directories("data"));
  program.write("data/a.pb", "");
  program.write("data/b.pb", "");
  expect_refused(program, {"--from", "file:data/a.pb", "--sink", "file:./data//a.pb"},
                 "--sink: file:./data//a.pb is read as a source (write somewhere else)");
  // Such a file would be found as a new one of the source, and its letters be read, and so on.
  expect_refused(program, {"--from", "file:data/*.pb?follow", "--dead-letter", "file:data/dead.pb"},
                 "--dead-letter: file:data/dead.pb is read as a source (write somewhere else)");
  expect_refused(program, {"--from", "file:a/../x", "--sink", "file:r.pb", "--dead-letter", "file:./r.pb"},
                 "--dead-letter: file:./r.pb is written to twice (give each output a place of its own)");
  expect_refused(program, {"--from", "file:data/a.pb", "file:./data//a.pb"},
                 "--from: file:./data//a.pb: /data/a.pb is read by another source too (name each source once)");
  expect_refused(program, {"--from", "file:./data/b.pb", "file:data/*.pb"},
                 "--from: file:data/*.pb: /data/b.pb is read by another source too (name each source once)");
}

TEST(ProcessTest, SaysInOneLineThatAFileHoldsNoWaveform) {
  TestProgram program;
  program.write("a.mseed", "no seismogram");
  expect_refused(program, {"--from", "miniseed:a.mseed"},
                 "miniseed:a.mseed: no miniSEED record in 1 file(s) (check the path)");
}

TEST(ProcessTest, RefusesCheckpointsOfWhatCannotBeReadAgain) {
  TestProgram program;
  program.write("a.pb", "");
  expect_refused(program, {"--from", "-", "--checkpoint-dir", "state"},
                 "--checkpoint-dir: standard input cannot be read again after a restart "
                 "(read from a file, or leave checkpoints out)");
  expect_refused(program, {"--from", "file:a.pb", "--checkpoint-dir", "a.pb"},
                 "--checkpoint-dir: a.pb is no folder that can be read (name a folder)");
}

TEST(ProcessTest, LeavesTheCheckpointFolderOfARefusedJobAsItWas) {
  TestProgram program;
  program.write("a.mseed", "no seismogram");
  program.write("a.pb", "");
  ASSERT_TRUE(program.files.create_directories("empty"));
  ASSERT_TRUE(program.files.create_directories("foreign"));
  program.write("foreign/notes.txt", "mine");
  for (const std::string folder : {"empty", "foreign"}) {
    const auto before = program.list(folder);
    expect_refused(program, {"--from", "miniseed:a.mseed", "--checkpoint-dir", folder},
                   "miniseed:a.mseed: no miniSEED record in 1 file(s) (check the path)");
    EXPECT_EQ(program.list(folder), before);
  }
  // Of another job: its settings are read under its lock.
  ASSERT_EQ(program.run({"process", "--from", "file:a.pb", "--checkpoint-dir", "state"}).code, 0);
  ASSERT_TRUE(program.files.remove("state/LOCK"));
  const auto before = program.list("state");
  const auto ran = program.run({"process", "--from", "file:a.pb", "--checkpoint-dir", "state", "--window", "2s"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(program.list("state"), before);
}

TEST(ProcessTest, RefusesASummaryThatCannotBeWritten) {
  TestProgram program;
  ASSERT_TRUE(program.files.create_directories("folder"));
  expect_refused(program, {"--from", "generator:", "--summary", "nowhere/s.json"},
                 "--summary: nowhere does not exist (make it: mkdir -p 'nowhere')");
  expect_refused(program, {"--from", "generator:", "--summary", "folder"},
                 "--summary: folder is a folder (name a file in it)");
  program.write("folder/s.json", "{}");
  program.files.forbid_writing("folder");  // a summary replaces the file: it needs a new name there
  expect_refused(program, {"--from", "generator:", "--summary", "folder/s.json"},
                 "--summary: folder cannot be written (check its permissions)");
}

TEST(ProcessTest, RefusesFilesInFoldersThatDoNotExist) {
  TestProgram program;
  program.write("a.pb", "");
  for (const char* name : {"--sink", "--late-sink", "--dead-letter"}) {
    expect_refused(program, {"--from", "file:a.pb", name, "file:nowhere/x.pb"},
                   std::string(name) + ": file:nowhere/x.pb: nowhere does not exist (make it: mkdir -p 'nowhere')");
    expect_refused(program, {"--from", "file:a.pb", name, "file:a.pb/x.pb"},
                   std::string(name) + ": file:a.pb/x.pb: a.pb is no folder (name a file in a folder)");
  }
  EXPECT_EQ(program.run({"process", "--from", "file:a.pb", "--sink", "csv:new/folder"}).code, 0);
  EXPECT_TRUE(program.files.exists("new/folder")) << "a tree of dated folders makes its root as well";
}

TEST(ProcessTest, EndsWithOneWhereTheWorldFails) {
  TestProgram program;
  program.write("output", "a file where a folder is to be");
  const auto ran = program.run({"process", "--from", "generator:", "--sink", "csv:output/x"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, StartsWith("temblor: "));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
}

}  // namespace
}  // namespace temblor
