#include "elastic/conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "elastic/conf_keys.h"
#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// As it is documented, placeholder and all.
constexpr std::string_view kDocumented = R"(FLINK_REST_URL=http://node01:8081
FLINK_BIN_PATH=/opt/app/flink-1.17.2/bin
JOB_MANAGER_IP=node01
TASK_MANAGER_MIN_NUM=3
TASK_MANAGER_MAX_NUM=6
SLOTS_PER_TM=2
FLINK_JOB_ID=<你的Job ID>
JOB_JAR=/opt/flink_jobs/wordcount.jar
JOB_MAIN_CLASS=org.jzx.WordCount
JOB_ARGS=
PARALLELISM_MIN=3
PARALLELISM_MAX=12
THROUGHPUT_UPPER=1000
THROUGHPUT_LOWER=200
CPU_LOAD_UPPER=0.80
CPU_LOAD_LOWER=0.30
TRIGGER_DURATION=30
LOG_DIR=/data/flink/elastic/log
METRICS_DIR=/data/flink/elastic/metrics
SAVEPOINT_DIR=/data/flink/elastic/savepoints
)";

ReadConf parsed(std::string_view text) {
  const auto read = parse_conf(text, "elastic.conf");
  EXPECT_TRUE(read) << read.error().to_line();
  return read.value_or(ReadConf{});
}

std::string refused(std::string_view text) {
  const auto read = parse_conf(text, "elastic.conf");
  if (read) return "read";
  EXPECT_EQ(read.error().blame, Blame::kUser);
  return read.error().to_line();
}

TEST(ConfTest, DocumentedFileIsTheDefault) {
  for (const std::string_view text : {kDocumented, std::string_view()}) {
    const auto [conf, warnings] = parsed(text);
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_EQ(conf.flink_rest_url, "http://node01:8081");
    EXPECT_EQ(conf.flink_bin_path, "/opt/app/flink-1.17.2/bin");
    EXPECT_EQ(conf.task_manager_min_num, 3);
    EXPECT_EQ(conf.task_manager_max_num, 6);
    EXPECT_EQ(conf.slots_per_tm, 2);
    EXPECT_EQ(conf.flink_job_id, "");
    EXPECT_EQ(conf.job_main_class, "org.jzx.WordCount");
    EXPECT_EQ(conf.job_args, "");
    EXPECT_EQ(conf.parallelism_max, 12);
    EXPECT_EQ(conf.throughput_upper, 1000);
    EXPECT_EQ(conf.cpu_load_lower, 0.30);
    EXPECT_EQ(conf.trigger_duration, seconds(30));
    EXPECT_EQ(conf.cooldown_out, seconds(30));
    EXPECT_EQ(conf.cooldown_in, seconds(60));
    EXPECT_EQ(conf.policy, Policy::kThreshold);
    EXPECT_EQ(conf.elastic_lang, Language::kChinese);
  }
}

TEST(ConfTest, ReadsShellSyntax) {
  const auto [conf, warnings] = parsed(
      "\xEF\xBB\xBF# a comment\r\n"
      "export JOB_ARGS=\"--host node02 \\\"x\\\" \"'$y'  # behind\r\n"
      "  JOB_JAR='/opt/my jobs/a.jar'\r\n"
      "FLINK_REST_URL=http://node01:8081/#/overview\r\n"
      "TRIGGER_DURATION=1.5\r\n"
      "POLICY=model\r\nELASTIC_LANG=en_US.UTF-8\r\n"
      "TASK_MANAGER_HOSTS=\"node01, node02 node03\"\r\n"
      "EXCLUDE_WINDOWS=22:30-02:00,12:00-13:00\r\n"
      "COOLDOWN_IN=0");
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(conf.job_args, "--host node02 \"x\" $y");
  EXPECT_EQ(conf.job_jar, "/opt/my jobs/a.jar");
  EXPECT_EQ(conf.flink_rest_url, "http://node01:8081/#/overview");
  EXPECT_EQ(conf.trigger_duration, Milliseconds(1500));
  EXPECT_EQ(conf.policy, Policy::kModel);
  EXPECT_EQ(conf.elastic_lang, Language::kEnglish);
  EXPECT_THAT(conf.task_manager_hosts, ElementsAre("node01", "node02", "node03"));
  ASSERT_EQ(conf.exclude_windows.size(), 2U);
  EXPECT_TRUE(conf.exclude_windows[0].contains(minutes(1)));
  EXPECT_TRUE(conf.exclude_windows[0].contains(minutes(22 * 60 + 30)));
  EXPECT_FALSE(conf.exclude_windows[0].contains(minutes(120)));
  EXPECT_FALSE(conf.exclude_windows[1].contains(minutes(13 * 60)));
  EXPECT_EQ(conf.cooldown_in, seconds(0));
}

TEST(ConfTest, NeverExecutes) {
  EXPECT_EQ(refused("\nJOB_ARGS=$(rm -rf /)\n"),
            "elastic.conf:2: JOB_ARGS: commands are never executed here (write the value itself, or put single quotes "
            "around it)");
  EXPECT_THAT(refused("JOB_ARGS=\"`id`\""), StartsWith("elastic.conf:1: JOB_ARGS: commands are never executed"));
  EXPECT_THAT(refused("FLINK_JOB_ID=$JOB_ID"), StartsWith("elastic.conf:1: FLINK_JOB_ID: variables are not replaced"));
  EXPECT_THAT(refused("LOG_DIR=\"${HOME}/log\""), StartsWith("elastic.conf:1: LOG_DIR: variables"));
  EXPECT_THAT(refused("LOG_DIR=~/log"), StartsWith("elastic.conf:1: LOG_DIR: '~' is not expanded"));
  EXPECT_THAT(refused("JOB_ARGS=a; reboot"), StartsWith("elastic.conf:1: JOB_ARGS: ';' means something to a shell"));
  EXPECT_THAT(refused("JOB_ARGS=a b"), StartsWith("elastic.conf:1: JOB_ARGS: more words behind the value: \"b\""));
  EXPECT_THAT(refused("JOB_ARGS='a"), StartsWith("elastic.conf:1: JOB_ARGS: a quote ' is not closed"));
  EXPECT_THAT(refused("JOB_ARGS=\"a"), StartsWith("elastic.conf:1: JOB_ARGS: a quote \" is not closed"));
  EXPECT_THAT(refused("SLOTS_PER_TM = 2"), StartsWith("elastic.conf:1: \"SLOTS_PER_TM = 2\" sets nothing"));
  EXPECT_THAT(refused("reboot"), StartsWith("elastic.conf:1: \"reboot\" sets nothing"));
  EXPECT_EQ(parsed("JOB_ARGS='$(id) `id` $HOME'").conf.job_args, "$(id) `id` $HOME");
  EXPECT_EQ(parsed("JOB_ARGS=a\\ b\\$c$").conf.job_args, "a b$c$");
}

TEST(ConfTest, RefusesSenselessValues) {
  EXPECT_EQ(refused("TASK_MANAGER_MIN_NUM=7"),
            "elastic.conf: TASK_MANAGER_MIN_NUM=7 is over TASK_MANAGER_MAX_NUM=6 (lower TASK_MANAGER_MIN_NUM or raise "
            "TASK_MANAGER_MAX_NUM)");
  EXPECT_THAT(refused("PARALLELISM_MIN=13"), HasSubstr("PARALLELISM_MIN=13 is over PARALLELISM_MAX=12"));
  EXPECT_THAT(refused("THROUGHPUT_LOWER=2000"), HasSubstr("is over THROUGHPUT_UPPER=1000"));
  EXPECT_THAT(refused("CPU_LOAD_UPPER=0.1"), HasSubstr("CPU_LOAD_LOWER=0.3 is over CPU_LOAD_UPPER=0.1"));
  EXPECT_EQ(refused("#\nSLOTS_PER_TM=two"),
            "elastic.conf:2: SLOTS_PER_TM: \"two\" is out of range (write a whole number from 1 to 1024)");
  EXPECT_THAT(refused("TRIGGER_DURATION=-1"), HasSubstr("(write seconds from 0 to 604800)"));
  EXPECT_THAT(refused("TRIGGER_DURATION=30s"), HasSubstr("\"30s\" is out of range"));
  EXPECT_THAT(refused("CPU_LOAD_UPPER=80"), HasSubstr("(write a number from 0 to 1)"));
  EXPECT_THAT(refused("CPU_LOAD_UPPER=nan"), HasSubstr("\"nan\" is out of range"));
  EXPECT_THAT(refused("PARALLELISM_MAX=1e3"), HasSubstr("is out of range"));
  EXPECT_THAT(refused("POLICY=best"), HasSubstr("(write threshold or model)"));
  EXPECT_THAT(refused("ELASTIC_LANG=fr"), HasSubstr("(write zh or en)"));
  EXPECT_THAT(refused("EXCLUDE_WINDOWS=25:00-26:00"), HasSubstr("write windows of local time"));
}

TEST(ConfTest, WarnsOfWhatIsProbablyMeantOtherwise) {
  const auto warnings = parsed("SLOTS_PER_TN=3\nNOTHING_LIKE_IT=1\nPOLICY=model\nPOLICY=threshold\n").warnings;
  EXPECT_THAT(warnings, ElementsAre("elastic.conf:4: POLICY: is set again, which replaces line 3",
                                    "elastic.conf:1: SLOTS_PER_TN: no such key (did you mean SLOTS_PER_TM?)",
                                    "elastic.conf:2: NOTHING_LIKE_IT: no such key"));
}

TEST(ConfTest, JobIdThatIsNone) {
  constexpr std::string_view kId = "AB34567890123456789012345678901f";
  EXPECT_EQ(parsed("FLINK_JOB_ID=" + std::string(kId)).conf.flink_job_id, "ab34567890123456789012345678901f");
  for (const std::string_view unset : {"", "''", "<你的Job ID>", "\"<your job id>\"", "<x>  # later"}) {
    const auto [conf, warnings] = parsed("FLINK_JOB_ID=" + std::string(unset));
    EXPECT_EQ(conf.flink_job_id, "") << unset;
    EXPECT_THAT(warnings, IsEmpty()) << unset;
  }
  const auto [conf, warnings] = parsed("FLINK_JOB_ID=wordcount");
  EXPECT_EQ(conf.flink_job_id, "");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("\"wordcount\" is no job id")));
}

TEST(ConfTest, EveryKeyTakesItsDefault) {
  EXPECT_EQ(conf_keys().size(), 43U);
  Conf conf;
  for (const std::string_view key : conf_keys()) {
    const auto known = set_key(conf, key, "");
    EXPECT_TRUE(!known || *known) << key;
  }
}

TEST(ConfTest, WritesAFileThatItReadsBack) {
  const std::string text = conf_text(Conf());
  std::string without_comments;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    const std::string line = text.substr(at, end - at);
    if (!line.starts_with('#') && line != "\n") without_comments += line;
    at = end;
  }
  std::string documented(kDocumented);
  const std::string placeholder = "<你的Job ID>";
  documented.erase(documented.find(placeholder), placeholder.size());
  EXPECT_EQ(without_comments, documented);
  EXPECT_THAT(
      text,
      HasSubstr("# seconds after any action without shrinking; empty: twice TRIGGER_DURATION\n#COOLDOWN_IN=60\n"));
  EXPECT_EQ(conf_text(parsed(text).conf), text);

  const Conf changed =
      parsed(
          "JOB_ARGS='a \"b\"'\nTRIGGER_DURATION=0.5\nCPU_LOAD_LOWER=0.005\nPOLICY=model\nELASTIC_LANG=en\n"
          "TASK_MANAGER_HOSTS=a,b\nEXCLUDE_WINDOWS=22:30-02:00\nCOOLDOWN_OUT=30\n")
          .conf;
  EXPECT_EQ(conf_text(parsed(conf_text(changed)).conf), conf_text(changed));
  EXPECT_THAT(conf_text(changed), HasSubstr("\nCPU_LOAD_LOWER=0.005\n"));
  EXPECT_THAT(conf_text(changed), HasSubstr("\nEXCLUDE_WINDOWS=22:30-02:00\n"));
}

TEST(ConfTest, SetsOneValueAndLeavesTheRest) {
  MemoryFileSystem files;
  const std::string path = "/elastic.conf";
  const auto set = [&](std::string before, std::string_view key, std::string_view value) {
    files.put(path, std::move(before));
    const auto written = write_conf_value(files, path, key, value);
    EXPECT_TRUE(written) << written.error().to_line();
    return read_file(files, path, 10'000).value_or("");
  };
  EXPECT_EQ(set("# a\r\nB=1\r\n  FLINK_JOB_ID=<你的Job ID>\t# mine\r\nC='2'\r\n", "FLINK_JOB_ID", "ab12"),
            "# a\r\nB=1\r\n  FLINK_JOB_ID=ab12\t# mine\r\nC='2'\r\n");
  EXPECT_EQ(set("A=1\nA='2 3' # last\n#A=4\nAA=5", "A", "6"), "A=1\nA=6 # last\n#A=4\nAA=5");
  EXPECT_EQ(set("A=1\nJOB_ARGS=\n", "JOB_ARGS", "a $b 'c'"), "A=1\nJOB_ARGS=\"a \\$b 'c'\"\n");
  EXPECT_EQ(set("A=1", "JOB_ARGS", "a b"), "A=1\nJOB_ARGS='a b'\n");
  EXPECT_EQ(set("A=1\r\n", "B", ""), "A=1\r\nB=\r\n");
  EXPECT_EQ(set("A=$(x) y\nB=1\n", "A", "z"), "A=z\nB=1\n");
  EXPECT_EQ(set("A=", "A", "z"), "A=z");
  EXPECT_EQ(set("\r\n\r", "A", "z"), "\r\n\r\r\nA=z\r\n");
  EXPECT_EQ(parsed("\r\n\r\r\nJOB_ARGS=z\r\r\n").conf.job_args, "z");
  EXPECT_THAT(write_conf_value(files, path, "A", "1\nB=2").error().to_line(), HasSubstr("a value is one line"));
}

TEST(ConfTest, WhatWasWrittenIsReadBack) {
  for (const std::string value : {"plain", "a b", "it's", "\"$(x)`\\", "<a>", "~/x", "'\"", "a#b", "# c"}) {
    const auto text = "JOB_ARGS=old # comment\n";
    MemoryFileSystem files;
    files.put("/c", text);
    ASSERT_TRUE(write_conf_value(files, "/c", "JOB_ARGS", value));
    const auto read = read_conf(files, "/c");
    ASSERT_TRUE(read) << read.error().to_line();
    EXPECT_EQ(read->conf.job_args, value == "<a>" ? "" : value);
  }
}

TEST(ConfTest, RefusesValuesThatAreNoUtf8) {
  const auto read = parse_conf("# \xB4\xC5\xC5\xCC\nFLINK_JOB_ID=<\xC4\xE3>\nSAVEPOINT_DIR=/data/\xB4\xC5\n", "c");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().to_line(), "c:3: SAVEPOINT_DIR: is no UTF-8 (write the value in UTF-8)");
  EXPECT_TRUE(parse_conf("# \xB4\xC5\xC5\xCC\nFLINK_JOB_ID=<\xC4\xE3>\n", "c").has_value());
}

TEST(ConfTest, MissingFileIsTheUsersError) {
  MemoryFileSystem files;
  const auto read = read_conf(files, "/none.conf");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().blame, Blame::kUser);
  EXPECT_THAT(read.error().to_line(), StartsWith("/none.conf: there is no such file"));
}

}  // namespace
}  // namespace temblor::elastic
