#include "flink/job_request.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "settings/process_arguments.h"
#include "testing/memory_file_system.h"

namespace temblor::flink {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Result<JobRequest> ask(const std::vector<std::string>& arguments, const std::string& file = {}) {
  MemoryFileSystem files;
  files.put("temblor.toml", file);
  CLI::App app("", "the job");
  return read_job_request(app, arguments, files);
}

std::string error_of(const std::vector<std::string>& arguments, const std::string& file = {}) {
  const auto request = ask(arguments, file);
  if (request) return "no error";
  EXPECT_EQ(request.error().blame, Blame::kUser);
  return request.error().to_line();
}

TEST(JobRequestTest, SettingsAreThoseOfTheCommandLineAndTheFile) {
  const auto request = ask({"--config", "temblor.toml", "--from", "rocketmq://a:1,b:2/t?start=latest&group=g&pull=7",
                            "--sink", "csv:", "--sink=rocketmq://a:1/out?group=p", "--time", "event", "--dead-letter",
                            "rocketmq://a:1/dead", "--max-records=9"},
                           "window = '2s'\namplitude-range = '-1:2.5'\ndelivery = 'at-least-once'\n");
  ASSERT_TRUE(request) << request.error().to_line();
  EXPECT_FALSE(request->answer);
  const auto expected = nlohmann::json::parse(R"({
    "topics": [{"nameServers": "a:1,b:2", "topic": "t", "group": "g", "start": "LATEST", "startTimeMs": 0,
                "bounded": false, "stopAtLoss": false, "messagesAPull": 7, "idleTimeoutMs": 5000, "maxRecords": 9}],
    "sinks": [{"uri": "csv:", "kind": "CSV", "directory": "output/seismic_agg_result"},
              {"uri": "rocketmq://a:1/out?group=p", "kind": "TOPIC",
               "topic": {"nameServers": "a:1", "topic": "out", "group": "p"}}],
    "late": null, "dead": {"nameServers": "a:1", "topic": "dead", "group": "temblor-producers"}, "eventTime": true, "windowMs": 2000, "outOfOrdernessMs": 1000, "maxAheadMs": 60000,
    "maxDriftMs": 0, "leastAmplitude": -1.0, "mostAmplitude": 2.5, "exactlyOnce": false})");
  EXPECT_EQ(nlohmann::json::parse(request->settings), expected) << request->settings;
}

TEST(JobRequestTest, RefusesWhatAClusterCannotDo) {
  const std::string topic = "--from=rocketmq://a:1/t";
  for (const char* uri : {"file:x.pb", "miniseed:*.mseed", "generator:", "-", "x.pb", "rocketmq"}) {
    EXPECT_THAT(error_of({"--from", uri}),
                AllOf(HasSubstr("--from: " + std::string(uri) + ": a job on Flink reads topics only"),
                      HasSubstr("temblor process reads the rest")));
  }
  for (const char* uri : {"file:x.pb", "-", "consoles", "csvs:x", "rocketmq"}) {
    EXPECT_THAT(error_of({topic, "--sink", uri}), HasSubstr("these can be a sink there")) << uri;
  }
  for (const char* name : {"--late-sink", "--dead-letter"}) {
    EXPECT_EQ(error_of({topic, name, "file:x"}), std::string(name) +
                                                     ": file:x: letters of a job on Flink go to topics "
                                                     "only (write rocketmq://HOST:PORT/TOPIC)");
  }
  for (const Setting& setting : process_settings()) {
    if (known_to(Host::kFlink, setting)) continue;
    const std::string name(setting.name);
    const std::string value = setting.type == Setting::Type::kNumber ? "4" : "x";
    EXPECT_EQ(error_of({topic, "--" + name, value}),
              "--" + name + ": is no setting of a job on Flink (" + std::string(setting.on_flink) + ")");
  }
  EXPECT_EQ(error_of({topic, "--config", "temblor.toml"}, "\nthreads = 4\n"),
            "temblor.toml:2: threads: is no setting of a job on Flink (parallelism takes its place: flink run -p N, or "
            "temblor flink submit --parallelism N)");
}

TEST(JobRequestTest, RefusesWhatTheEmbeddedRunRefuses) {
  const std::string topic = "--from=rocketmq://a:1/t";
  EXPECT_THAT(error_of({"--sink", "csv:"}), HasSubstr("--from: is missing"));
  for (const char* uri : {"rocketmq://a/t", "rocketmq://a:1,/t", "rocketmq://a:1/t t", "rocketmq://a:1/t?start=soon",
                          "rocketmq://a:1/t?bounded=1", "rocketmq://a:1/t?pull=0", "rocketmq://a:1/t?pull=99999",
                          "rocketmq://a:1/t?loss=maybe", "rocketmq://a:1/t?group=", "rocketmq://a:1/t?colour=red"}) {
    EXPECT_THAT(error_of({"--from", uri}), HasSubstr("--from: " + std::string(uri))) << uri;
  }
  EXPECT_THAT(error_of({topic, "--sink", "rocketmq://a:1/out?start=latest"}), HasSubstr("unknown setting 'start'"));
  EXPECT_THAT(error_of({topic, "--sink", "csv:x?y=1"}), HasSubstr("'csv' takes no settings"));
  EXPECT_THAT(error_of({topic, "--from=rocketmq://a:1/u", "--max-records", "5"}),
              HasSubstr("--max-records: cannot be shared by several topics"));
  EXPECT_THAT(error_of({topic, "--from=rocketmq://b:1/t"}), HasSubstr("another topic that is read has the name t"));
  EXPECT_THAT(error_of({topic, topic}), HasSubstr("is named twice"));
  EXPECT_THAT(error_of({topic, "--sink", "rocketmq://a:1/t"}), HasSubstr("is read as a source"));
  EXPECT_THAT(error_of({topic, "--window", "0s"}), HasSubstr("--window: \"0s\" is too short"));
  EXPECT_THAT(error_of({topic, "--windows", "1s"}), HasSubstr("did you mean --window?"));
}

TEST(JobRequestTest, HelpAndSettingsAreAnswers) {
  const auto help = ask({"--help"});
  ASSERT_TRUE(help && help->answer);
  EXPECT_THAT(*help->answer, AllOf(HasSubstr("--window D"), HasSubstr("rocketmq://HOST:PORT"),
                                   Not(HasSubstr("--threads")), Not(HasSubstr("[10s]"))));
  const auto shown = ask({"--print-config", "--window", "2s"});
  ASSERT_TRUE(shown && shown->answer);
  EXPECT_THAT(*shown->answer, AllOf(HasSubstr("window = \"2s\"  # command line\n"), HasSubstr("# from is not set"),
                                    HasSubstr("# max-drift is not set"), Not(HasSubstr("threads"))));
}

TEST(JobRequestTest, ArgumentsSayTheSameWithoutTheFile) {
  const auto request = ask({"--config=temblor.toml", "--from", "rocketmq://a:1/t", "rocketmq://a:1/u"},
                           "window = '1s'\nsink = ['console', 'csv:a b']\nmax-drift = '10s'\ntime = 'event'\n");
  ASSERT_TRUE(request) << request.error().to_line();
  const std::vector<std::string> arguments = to_arguments(request->written);
  EXPECT_THAT(arguments,
              testing::UnorderedElementsAre("--from=rocketmq://a:1/t", "--from=rocketmq://a:1/u", "--sink=console",
                                            "--sink=csv:a b", "--max-drift=10s", "--time=event"));
  const auto again = ask(arguments);
  ASSERT_TRUE(again) << again.error().to_line();
  EXPECT_EQ(again->settings, request->settings);
}

}  // namespace
}  // namespace temblor::flink
