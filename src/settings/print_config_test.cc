#include "settings/print_config.h"

#include <gmock/gmock.h>

#include "cli/test_program.h"
#include "settings/process_arguments.h"

namespace temblor {
namespace {

using testing::HasSubstr;

TEST(PrintConfigTest, TellsWhereEachSettingCameFrom) {
  TestProgram program;
  program.write("temblor.toml", "\nmax-drift = '8s'\nwindow = '9s'\n");
  const auto ran = program.run({"process", "--print-config", "--config", "temblor.toml", "--from",
                                "generator:", "--window=2s", "--max-records", "007"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("from = \"generator:\"  # command line\n"));
  EXPECT_THAT(ran.out, HasSubstr("window = \"2s\"  # command line\n"));
  EXPECT_THAT(ran.out, HasSubstr("max-drift = \"8s\"  # temblor.toml:2\n"));
  EXPECT_THAT(ran.out, HasSubstr("max-ahead = \"1m\"  # default\n"));
  EXPECT_THAT(ran.out, HasSubstr("max-records = 7  # command line\n"));
  EXPECT_THAT(ran.out, HasSubstr("time = \"processing\"  # default of the sources\n"));
  EXPECT_THAT(ran.out, HasSubstr("# checkpoint-dir is not set: "));
}

TEST(PrintConfigTest, ShowsASkeletonWithoutSources) {
  TestProgram program;
  const auto ran = program.run({"process", "--print-config"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("# from is not set: "));
}

/// Names and values, without the origins.
std::map<std::string, std::vector<std::string>> values_of(const WrittenSettings& written) {
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [name, one] : written) values[name] = one.values;
  return values;
}

Result<ProcessArguments> parse(const std::vector<std::string>& arguments, TestProgram& program) {
  CLI::App app;
  return parse_process_arguments(app, arguments, program.files, Host::kProcess);
}

TEST(PrintConfigTest, IsReadBackTheSame) {
  TestProgram program;
  const std::vector<std::string> arguments = {"--from",
                                              "file:a \"b\"\\c\n\t\x01é.pb",
                                              "file:b'.pb",
                                              "--sink",
                                              "null:",
                                              "csv:x",
                                              "--amplitude-range",
                                              "-1.5:2.5",
                                              "--max-records=12",
                                              "--time",
                                              "event",
                                              "--threads=3",
                                              "--late-sink",
                                              "file:late",
                                              "--checkpoint-dir",
                                              "# state",
                                              "--delivery=at-least-once"};
  const auto asked = parse(arguments, program);
  ASSERT_TRUE(asked) << asked.error().to_line();
  program.write("again.toml", to_toml(asked->written, Host::kProcess));
  const auto again = parse({"--config", "again.toml"}, program);
  ASSERT_TRUE(again) << again.error().to_line();
  EXPECT_EQ(values_of(again->written), values_of(asked->written));
  EXPECT_TRUE(read_settings(again->written));
}

TEST(PrintConfigTest, KeepsAnOriginInItsComment) {
  WrittenSettings written;
  written["window"] = {{"1s"}, "a\nwindow = 2.toml:1", ""};
  EXPECT_THAT(to_toml(written, Host::kProcess), HasSubstr("window = \"1s\"  # a\\x0awindow = 2.toml:1\n"));
}

}  // namespace
}  // namespace temblor
