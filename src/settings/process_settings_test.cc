#include "settings/process_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/process_arguments.h"
#include "testing/memory_file_system.h"

namespace temblor {
namespace {

using testing::ElementsAre;

/// Reads a command line and, as FILE, a configuration: `--config FILE` in the arguments.
Result<ProcessSettings> read(const std::vector<std::string>& arguments, const std::string& file = {}) {
  MemoryFileSystem files;
  if (!file.empty()) {
    const auto created = files.create("temblor.toml");
    EXPECT_TRUE(created && (*created)->append(file));
  }
  CLI::App app("", "temblor process");
  TEMBLOR_ASSIGN(const ProcessArguments asked, parse_process_arguments(app, arguments, files, Host::kProcess));
  return read_settings(asked.written);
}

Result<ProcessSettings> read_file_only(const std::string& file) { return read({"--config", "temblor.toml"}, file); }

std::string error_of(const Result<ProcessSettings>& result) {
  if (result) return "no error";
  EXPECT_EQ(result.error().blame, Blame::kUser);
  return result.error().to_line();
}

TEST(ProcessSettingsTest, DefaultsAreThoseOfTheJob) {
  const auto settings = read({});
  ASSERT_TRUE(settings);
  const Job job;
  EXPECT_EQ(settings->job.window, job.window);
  EXPECT_EQ(settings->job.out_of_orderness, job.out_of_orderness);
  EXPECT_EQ(settings->job.idle_timeout, job.idle_timeout);
  EXPECT_EQ(settings->job.max_ahead, job.max_ahead);
  EXPECT_EQ(settings->job.max_drift, job.max_drift);
  EXPECT_EQ(settings->job.checkpoint_interval, job.checkpoint_interval);
  EXPECT_EQ(settings->job.delivery, job.delivery);
  EXPECT_EQ(settings->job.max_sensors, job.max_sensors);
  EXPECT_EQ(settings->job.max_records, std::nullopt);
  EXPECT_FALSE(settings->job.amplitude_range.has_value());
  EXPECT_EQ(settings->time, std::nullopt);
  EXPECT_GE(settings->job.threads, 1U);
  EXPECT_THAT(settings->from, ElementsAre());
  EXPECT_THAT(settings->sink, ElementsAre("console"));
  EXPECT_EQ(settings->log_level, spdlog::level::info);
}

/// One setting, written in each way, with a look at what it became.
struct Case {
  std::string name;
  std::string command_line;
  std::string toml;
  std::function<bool(const ProcessSettings&)> is_set;
};

const std::vector<Case> kCases = {
    {"from", "file:a", "'file:a'", [](const auto& s) { return s.from == std::vector<std::string>{"file:a"}; }},
    {"sink", "null:", "[\"null:\"]", [](const auto& s) { return s.sink == std::vector<std::string>{"null:"}; }},
    {"late-sink", "file:l", "\"file:l\"", [](const auto& s) { return s.late_sink == "file:l"; }},
    {"dead-letter", "file:d", "\"file:d\"", [](const auto& s) { return s.dead_letter == "file:d"; }},
    {"amplitude-range", "-2.5:1e3", "\"-2.5:1e3\"",
     [](const auto& s) { return s.job.amplitude_range->min == -2.5F && s.job.amplitude_range->max == 1000.0F; }},
    {"max-records", "12", "12", [](const auto& s) { return s.job.max_records == 12U; }},
    {"time", "processing", "\"processing\"", [](const auto& s) { return s.time == TimeMode::kProcessing; }},
    {"window", "250ms", "\"250ms\"", [](const auto& s) { return s.job.window == Milliseconds(250); }},
    {"out-of-orderness", "0s", "\"0s\"", [](const auto& s) { return s.job.out_of_orderness == Milliseconds(0); }},
    {"idle-timeout", "2m", "\"2m\"", [](const auto& s) { return s.job.idle_timeout == std::chrono::minutes(2); }},
    {"max-ahead", "1h", "\"1h\"", [](const auto& s) { return s.job.max_ahead == std::chrono::hours(1); }},
    {"max-drift", "3s", "\"3s\"", [](const auto& s) { return s.job.max_drift == std::chrono::seconds(3); }},
    {"checkpoint-dir", "state", "\"state\"", [](const auto& s) { return s.job.checkpoint_dir == "state"; }},
    {"checkpoint-interval", "1s", "\"1s\"",
     [](const auto& s) { return s.job.checkpoint_interval == std::chrono::seconds(1); }},
    {"delivery", "at-least-once", "\"at-least-once\"",
     [](const auto& s) { return s.job.delivery == DeliveryMode::kAtLeastOnce; }},
    {"threads", "256", "256", [](const auto& s) { return s.job.threads == 256; }},
    {"max-sensors", "77", "77", [](const auto& s) { return s.job.max_sensors == 77; }},
    {"summary", "s.json", "\"s.json\"", [](const auto& s) { return s.summary == "s.json"; }},
    {"log-level", "error", "\"error\"", [](const auto& s) { return s.log_level == spdlog::level::err; }},
};

TEST(ProcessSettingsTest, CasesCoverAllSettings) {
  std::vector<std::string> covered;
  for (const Case& each : kCases) covered.push_back(each.name);
  std::vector<std::string> all;
  for (const Setting& setting : process_settings()) all.emplace_back(setting.name);
  EXPECT_EQ(covered, all);
}

TEST(ProcessSettingsTest, ReadsEachFromTheCommandLine) {
  for (const Case& each : kCases) {
    const auto apart = read({"--" + each.name, each.command_line});
    ASSERT_TRUE(apart) << each.name << ": " << apart.error().to_line();
    EXPECT_TRUE(each.is_set(*apart)) << each.name;
    const auto joined = read({"--" + each.name + "=" + each.command_line});
    ASSERT_TRUE(joined) << each.name << ": " << joined.error().to_line();
    EXPECT_TRUE(each.is_set(*joined)) << each.name;
  }
}

TEST(ProcessSettingsTest, ReadsEachFromAFile) {
  for (const Case& each : kCases) {
    const auto settings = read_file_only(each.name + " = " + each.toml + "\n");
    ASSERT_TRUE(settings) << settings.error().to_line();
    EXPECT_TRUE(each.is_set(*settings)) << each.name;
  }
}

TEST(ProcessSettingsTest, TheCommandLineWins) {
  const auto settings =
      read({"--config", "temblor.toml", "--window", "2s", "--from", "file:b", "file:c", "--from", "-"},
           "window = '9s'\nmax-drift = '8s'\nfrom = ['file:a']\n");
  ASSERT_TRUE(settings) << settings.error().to_line();
  EXPECT_EQ(settings->job.window, std::chrono::seconds(2));
  EXPECT_EQ(settings->job.max_drift, std::chrono::seconds(8));
  EXPECT_THAT(settings->from, ElementsAre("file:b", "file:c", "-"));
}

TEST(ProcessSettingsTest, RefusesBadValuesOnTheCommandLineInOneLine) {
  EXPECT_EQ(error_of(read({"--window", "1x"})),
            "--window: \"1x\" is no duration (write 250ms, 1s, 1.5s, 2m, 1h or 1d)");
  EXPECT_EQ(error_of(read({"--window", "0s"})), "--window: \"0s\" is too short (write 1ms to 1d, such as 2s)");
  EXPECT_EQ(error_of(read({"--window", "25h"})), "--window: \"25h\" is too long (write 1ms to 1d, such as 2s)");
  EXPECT_EQ(error_of(read({"--checkpoint-interval", "0s"})),
            "--checkpoint-interval: \"0s\" is too short (write 1ms to 365d, such as 2s)");
  EXPECT_EQ(error_of(read({"--out-of-orderness", "400d"})),
            "--out-of-orderness: \"400d\" is too long (write 0s to 365d, such as 2s)");
  EXPECT_EQ(error_of(read({"--out-of-orderness", "-1s"})),
            "--out-of-orderness: \"-1s\" is no duration (write 250ms, 1s, 1.5s, 2m, 1h or 1d)");
  EXPECT_EQ(error_of(read({"--threads", "0"})), "--threads: \"0\" is out of range (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read({"--threads", "257"})), "--threads: \"257\" is out of range (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read({"--threads", "99999999999999999999"})),
            "--threads: \"99999999999999999999\" is out of range (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read({"--threads", "-4"})), "--threads: \"-4\" is no whole number (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read({"--threads", ""})), "--threads: \"\" is no whole number (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read({"--max-records", "0"})),
            "--max-records: \"0\" is out of range (write 1 to 9223372036854775807, such as 1000)");
  for (const char* range : {"", ":", "1", "1:", ":1", "a:b", "nan:1", "-inf:inf", "1:2:3", "1e99:2e99", " 1:2"}) {
    EXPECT_EQ(error_of(read({"--amplitude-range", range})),
              "--amplitude-range: \"" + std::string(range) + "\" is no range (write MIN:MAX, such as -10:10)");
  }
  EXPECT_EQ(error_of(read({"--amplitude-range", "2:1"})),
            "--amplitude-range: \"2:1\" holds nothing (write the smaller bound first)");
  EXPECT_EQ(error_of(read({"--time", "now"})), "--time: \"now\" is not known (one of processing, event)");
  EXPECT_EQ(error_of(read({"--delivery", "twice"})),
            "--delivery: \"twice\" is not known (one of exactly-once, at-least-once)");
  EXPECT_EQ(error_of(read({"--log-level", "loud"})),
            "--log-level: \"loud\" is no log level (choose trace, debug, info, warn, error or off)");
  EXPECT_EQ(error_of(read({"--summary", ""})), "--summary: \"\" is empty (leave the setting out where there is none)");
}

TEST(ProcessSettingsTest, RefusesMistakesOfTheCommandLineInOneLine) {
  EXPECT_EQ(error_of(read({"--windw", "1s"})), "--windw: no such option (did you mean --window?)");
  EXPECT_EQ(error_of(read({"--windw=1s"})), "--windw: no such option (did you mean --window?)");
  EXPECT_EQ(error_of(read({"--banana"})), "--banana: no such option (temblor process --help shows what there is)");
  EXPECT_EQ(error_of(read({"-x"})), "-x: no such option (temblor process --help shows what there is)");
  EXPECT_EQ(error_of(read({"file:a.pb"})),
            "command line: \"file:a.pb\" is not expected (temblor process --help shows what there is)");
  EXPECT_EQ(error_of(read({"--window", "1s", "stray"})),
            "command line: \"stray\" is not expected (temblor process --help shows what there is)");
  EXPECT_EQ(error_of(read({"--config", "a", "stray"})),
            "command line: \"stray\" is not expected (temblor process --help shows what there is)");
  EXPECT_EQ(error_of(read({"--window"})), "--window: needs a value (temblor process --help shows what to write)");
  EXPECT_EQ(error_of(read({"--from"})), "--from: needs a value (temblor process --help shows what to write)");
  EXPECT_EQ(error_of(read({"--window", "1s", "--window", "2s"})), "--window: is given twice (give it once)");
  EXPECT_EQ(error_of(read({"--config", "a", "--config", "b"})), "--config: is given twice (give one file)");
}

TEST(ProcessSettingsTest, RefusesAFileThatCannotBeRead) {
  EXPECT_EQ(error_of(read({"--config", "nowhere.toml"})).substr(0, 24), "--config: nowhere.toml: ");
}

TEST(ProcessSettingsTest, RefusesMistakesInAFileWithTheirPlace) {
  EXPECT_EQ(error_of(read_file_only("\n# words\nwindow = \"1x\"\n")),
            "temblor.toml:3: window: \"1x\" is no duration (write 250ms, 1s, 1.5s, 2m, 1h or 1d)");
  EXPECT_EQ(error_of(read_file_only("\nwindo = \"1s\"\n")),
            "temblor.toml:2: no such setting: windo (did you mean window?)");
  EXPECT_EQ(error_of(read_file_only("banana = 1\n")),
            "temblor.toml:1: no such setting: banana (temblor process --print-config shows all)");
  EXPECT_EQ(error_of(read_file_only("[process]\nwindow = '1s'\n")),
            "temblor.toml:1: no such setting: process (temblor process --print-config shows all)");
  EXPECT_EQ(error_of(read_file_only("window = 1\n")),
            "temblor.toml:1: window: must be a text in quotes (write window = \"1s\")");
  EXPECT_EQ(error_of(read_file_only("summary = false\n")),
            "temblor.toml:1: summary: must be a text in quotes (write summary = \"FILE\")");
  EXPECT_EQ(error_of(read_file_only("threads = \"4\"\n")),
            "temblor.toml:1: threads: must be a whole number (write threads = 4, without quotes)");
  EXPECT_EQ(error_of(read_file_only("threads = 0\n")),
            "temblor.toml:1: threads: \"0\" is out of range (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read_file_only("threads = -1\n")),
            "temblor.toml:1: threads: \"-1\" is no whole number (write 1 to 256, such as 4)");
  EXPECT_EQ(error_of(read_file_only("from = [1]\n")),
            "temblor.toml:1: from: must be a text or an array of texts (write from = [\"file:a.pb\", \"file:b.pb\"])");
  EXPECT_EQ(error_of(read_file_only("from = []\n")),
            "temblor.toml:1: from: is empty (name at least one, or leave the setting out)");
}

TEST(ProcessSettingsTest, RefusesWhatIsNoToml) {
  EXPECT_THAT(error_of(read_file_only("window = '1s'\nwindow = '2s'\n")), testing::StartsWith("temblor.toml:2: "));
  EXPECT_THAT(error_of(read_file_only("a\nb\n")), testing::StartsWith("temblor.toml:1: "));
  EXPECT_THAT(error_of(read_file_only("window = \"1s\n")), testing::StartsWith("temblor.toml:1: "));
}

TEST(ProcessSettingsTest, RefusesTheFirstMistakeOfAFile) {
  EXPECT_THAT(error_of(read_file_only("window = '1x'\nbanana = 1\n")), testing::StartsWith("temblor.toml:1: window"));
  EXPECT_THAT(error_of(read_file_only("window = '1s'\nbanana = 1\na = 2\n")), testing::StartsWith("temblor.toml:2: "));
}

TEST(ProcessSettingsTest, RefusesBadValuesInAFileAlsoWhereTheCommandLineWins) {
  EXPECT_THAT(error_of(read({"--config", "temblor.toml", "--window", "1s"}, "window = '1x'\n")),
              testing::StartsWith("temblor.toml:1: window: \"1x\""));
}

}  // namespace
}  // namespace temblor
