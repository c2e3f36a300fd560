#include "cli/program.h"

#include <gmock/gmock.h>

#include "cli/subcommand.h"
#include "cli/test_program.h"

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(ProgramTest, ExplainsItselfToANewcomer) {
  TestProgram program;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"help"}, {"--help"}, {"-h"}}) {
    const auto ran = program.run(arguments);
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.err, IsEmpty());
    for (const Subcommand& subcommand : subcommands()) EXPECT_THAT(ran.out, HasSubstr(subcommand.name));
    EXPECT_THAT(ran.out, HasSubstr("temblor process --from generator:"));
  }
}

TEST(ProgramTest, TellsItsVersion) {
  TestProgram program;
  EXPECT_EQ(program.run({"--version"}).out, "temblor " TEMBLOR_VERSION "\n");
}

TEST(ProgramTest, ExplainsEachCommand) {
  TestProgram program;
  for (const Subcommand& subcommand : subcommands()) {
    const auto ran = program.run({"help", std::string(subcommand.name)});
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.out, HasSubstr("Usage: temblor " + std::string(subcommand.name)));
    EXPECT_EQ(program.run({std::string(subcommand.name), "--help"}).out, ran.out);
  }
}

TEST(ProgramTest, RefusesWhatItDoesNotKnowInOneLine) {
  TestProgram program;
  auto ran = program.run({"proces"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "temblor: proces: no such command (did you mean 'process'?)\n");
  EXPECT_THAT(ran.out, IsEmpty());
  ran = program.run({"\x1b[2J"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "temblor: \\x1b[2J: no such command (temblor --help lists them)\n");
  ran = program.run({"--verbose"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, StartsWith("temblor: --verbose: no such option before a command"));
}

TEST(ProgramTest, NamesAnArgumentThatBelongsToNothing) {
  TestProgram program;
  program.write("a.pb", "");
  const std::vector<std::vector<std::string>> commands = {{"process", "--from", "file:a.pb", "--window", "1s"},
                                                          {"generate", "--to", "file:b.pb", "--seed", "1"},
                                                          {"inspect", "records", "a.pb"},
                                                          {"inspect", "records", "a.pb", "--limit", "5"},
                                                          {"demo", "--waveforms", "."}};
  for (std::vector<std::string> arguments : commands) {
    arguments.emplace_back("stray");
    const auto ran = program.run(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.err, "temblor: command line: \"stray\" is not expected (temblor " + arguments[0] +
                           " --help shows what there is)\n");
  }
  EXPECT_FALSE(program.files.exists("b.pb"));
}

}  // namespace
}  // namespace temblor
