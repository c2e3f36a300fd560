#include <gmock/gmock.h>

#include <utility>

#include "cli/test_program.h"
#include "testing/answer_server.h"

namespace temblor {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kTopic = "--from=rocketmq://a:1/t";

std::string refused(TestProgram& program, std::vector<std::string> arguments, int code = 2) {
  arguments.insert(arguments.begin(), {"flink", "submit"});
  const auto ran = program.run(arguments);
  EXPECT_EQ(ran.code, code) << ran.err;
  EXPECT_EQ(ran.out, "");
  return ran.err;
}

TEST(FlinkTest, Explains) {
  TestProgram program;
  EXPECT_THAT(program.run({"flink"}).out, HasSubstr("submit"));
  EXPECT_THAT(program.run({"flink", "submit", "--help"}).out,
              testing::AllOf(HasSubstr("--jobmanager HOST:PORT"), HasSubstr("[localhost:8081]"),
                             HasSubstr("--out-of-orderness D"), testing::Not(HasSubstr("--threads"))));
  EXPECT_THAT(program.run({"flink", "submit", "--print-config", kTopic, "--window=2s"}).out,
              HasSubstr("window = \"2s\"  # command line\n"));
  const auto unknown = program.run({"flink", "cancel"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, StartsWith("temblor: cancel: nothing that can be done with Flink"));
}

TEST(FlinkTest, RefusesBeforeItTouchesTheCluster) {
  TestProgram program;
  EXPECT_EQ(
      refused(program, {kTopic, "--threads", "4"}),
      "temblor: --threads: is no setting of a job on Flink (parallelism takes its place: flink run -p N, or temblor "
      "flink submit --parallelism N)\n");
  EXPECT_THAT(refused(program, {"--from", "file:x"}), HasSubstr("--from: file:x: a job on Flink reads topics only"));
  EXPECT_THAT(refused(program, {kTopic, "--parallelism", "0"}), HasSubstr("--parallelism: \"0\" is out of range"));
  EXPECT_THAT(refused(program, {kTopic, "--parallelism", "4x"}), HasSubstr("--parallelism: \"4x\" is out of range"));
  EXPECT_THAT(refused(program, {kTopic, "--set", "a"}), HasSubstr("--set: \"a\" is no setting (write KEY=VALUE"));
  EXPECT_THAT(refused(program, {kTopic, "--jobmanager", "flink"}),
              HasSubstr("--jobmanager: \"flink\" is no address of a JobManager"));
  EXPECT_EQ(refused(program, {kTopic, "--jar", "x.jar"}),
            "temblor: --jar: x.jar is not there (make flink builds it)\n");
}

TEST(FlinkTest, AJobOfWhichNoAnswerToldIsLookedFor) {
  AnswerServer server;
  server.answers = {
      {"GET /overview", {200, R"({"flink-version":"1.17.2","slots-total":2,"slots-available":2})"}},
      {"POST /jars/upload", {200, R"({"filename":"/tmp/x.jar","status":"success"})"}},
      {"POST /jars/x.jar/run", {200, std::string(std::size_t{17} << 20, ' ')}},  // more than is read of any answer
      {"DELETE /jars/x.jar", {200, "{}"}}};
  std::string looked_for;
  server.on_request = [&](const httplib::Request& request) {
    if (request.target.starts_with("/jobs/") && std::exchange(looked_for, request.target.substr(6)).empty()) return;
    // From the second time on Flink knows it.
    server.answers["GET /jobs/" + looked_for] = {200,
                                                 R"({"jid":")" + looked_for + R"(","state":"FINISHED","vertices":[]})"};
  };
  TestProgram program;
  program.files.put("x.jar", "jar");
  const auto ran =
      program.run({"flink", "submit", kTopic, "--jar", "x.jar", "--jobmanager", server.address(), "--detach"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(looked_for.size(), 32U);
  EXPECT_EQ(ran.out, looked_for + "\n");
}

TEST(FlinkTest, AClusterThatIsAwayIsTheWorldsFault) {
  TestProgram program;
  program.files.put("x.jar", "jar");
  EXPECT_THAT(refused(program, {kTopic, "--jar", "x.jar", "--jobmanager", "127.0.0.1:1"}, 1),
              HasSubstr("http://127.0.0.1:1: cannot be reached"));
}

}  // namespace
}  // namespace temblor
