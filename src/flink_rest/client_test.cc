#include "flink_rest/client.h"

#include <gmock/gmock.h>

#include <future>
#include <map>
#include <nlohmann/json.hpp>

#include "testing/answer_server.h"
#include "testing/memory_file_system.h"

namespace temblor::flink_rest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Client client_of(const AnswerServer& server) { return Client(Http::at(server.address()).value()); }

TEST(HttpTest, KnowsAnAddress) {
  EXPECT_EQ(Http::at("localhost:8081")->address(), "http://localhost:8081");
  EXPECT_EQ(Http::at("http://flink:80/")->address(), "http://flink:80");
  EXPECT_EQ(Http::at("https://[::1]:8081")->address(), "https://[::1]:8081");
  for (const char* wrong : {"", ":", "localhost", "localhost:", ":8081", "localhost:x", "ftp://localhost:21", "a:1/b:2",
                            "http://", "localhost:123456", "a b:1"}) {
    const auto http = Http::at(wrong);
    ASSERT_FALSE(http) << wrong;
    EXPECT_EQ(http.error().blame, Blame::kUser);
    EXPECT_EQ(http.error().where, "\"" + std::string(wrong) + "\"");
  }
}

TEST(ClientTest, NobodyThereIsTheWorldsFault) {
  Client nobody(Http::at("127.0.0.1:1").value());
  const auto overview = nobody.overview();
  ASSERT_FALSE(overview);
  EXPECT_EQ(overview.error().to_line(),
            "http://127.0.0.1:1: cannot be reached (start Flink, or name its JobManager: --jobmanager HOST:PORT)");
}

TEST(ClientTest, AnswersOfOthersAreErrors) {
  AnswerServer server;
  Client client = client_of(server);
  for (const auto& [body, what] : std::map<std::string, std::string>{{"<html>", "its answer is no JSON"},
                                                                     {"{}", "answers as no JobManager"},
                                                                     {"[1]", "answers as no JobManager"}}) {
    server.answers["GET /overview"] = {200, body};
    const auto overview = client.overview();
    ASSERT_FALSE(overview);
    EXPECT_THAT(overview.error().to_line(), HasSubstr(what)) << body;
  }
  server.answers["GET /overview"] = {200, std::string(std::size_t{17} << 20, ' ')};
  EXPECT_THAT(client.overview().error().to_line(), HasSubstr("more than 16 MiB"));
  EXPECT_THAT(client.job("f").error().to_line(), HasSubstr("HTTP status 404"));
}

TEST(ClientTest, RunsAJar) {
  AnswerServer server;
  server.answers = {
      {"GET /overview", {200, R"({"taskmanagers":2,"slots-total":4,"slots-available":3,"flink-version":"1.17.2"})"}},
      {"POST /jars/upload", {200, R"({"filename":"/tmp/web/flink-web-upload/ab_temblor.jar","status":"success"})"}},
      {"POST /jars/ab_temblor.jar/run", {200, R"({"jobid":"00ff"})"}},
      {"DELETE /jars/ab_temblor.jar", {200, "{}"}}};
  Client client = client_of(server);
  const auto overview = client.overview();
  ASSERT_TRUE(overview) << overview.error().to_line();
  EXPECT_EQ(overview->version, "1.17.2");
  EXPECT_EQ(overview->slots, 4U);
  EXPECT_EQ(overview->free_slots, 3U);

  MemoryFileSystem files;
  files.put("/temblor.jar", std::string("PK\0jar", 6));
  const auto jar = client.upload_jar(files, "/temblor.jar");
  ASSERT_TRUE(jar) << jar.error().to_line();
  EXPECT_EQ(*jar, "ab_temblor.jar");
  ASSERT_EQ(server.last.files.count("jarfile"), 1U);
  EXPECT_EQ(server.last.get_file_value("jarfile").filename, "temblor.jar");
  EXPECT_EQ(server.last.get_file_value("jarfile").content, std::string("PK\0jar", 6));

  ASSERT_EQ(client.run_jar(*jar, {.entry_class = "a.B", .arguments = {"--from=x", "é"}, .job_id = "00ff"}), "00ff");
  EXPECT_EQ(nlohmann::json::parse(server.last.body),
            nlohmann::json({{"entryClass", "a.B"}, {"programArgsList", {"--from=x", "é"}}, {"jobId", "00ff"}}));
  ASSERT_TRUE(client.run_jar(*jar, {.entry_class = "a.B",
                                    .arguments = {},
                                    .job_id = "00ff",
                                    .parallelism = 3,
                                    .savepoint = "file:/s",
                                    .configuration = {{"a.b", "1s"}}}));
  const auto body = nlohmann::json::parse(server.last.body);
  EXPECT_EQ(body["parallelism"], 3);
  EXPECT_EQ(body["savepointPath"], "file:/s");
  EXPECT_EQ(body["flinkConfiguration"]["a.b"], "1s");
  EXPECT_TRUE(client.delete_jar(*jar));
}

TEST(ClientTest, TellsHowAJobIs) {
  AnswerServer server;
  const auto status = [](const std::string& state, int running, int finished) {
    return nlohmann::json({{"jid", "00ff"},
                           {"state", state},
                           {"vertices",
                            {{{"id", "a1"},
                              {"name", "Source: read t -> combine"},
                              {"parallelism", 2},
                              {"tasks", {{"RUNNING", running}, {"FINISHED", finished}, {"INITIALIZING", 0}}}}}}});
  };
  Client client = client_of(server);
  const auto job = [&](const std::string& state, int running, int finished) {
    server.answers["GET /jobs/00ff"] = {200, status(state, running, finished).dump()};
    return client.job("00ff").value();
  };
  EXPECT_FALSE(job("RUNNING", 1, 0).all_run());
  EXPECT_TRUE(job("RUNNING", 1, 1).all_run());
  EXPECT_FALSE(job("RESTARTING", 2, 0).all_run());
  EXPECT_FALSE(job("RESTARTING", 0, 0).is_over());
  EXPECT_TRUE(job("FINISHED", 0, 2).is_over());
  EXPECT_TRUE(job("FAILED", 0, 0).is_over());
  EXPECT_TRUE(job("CANCELED", 0, 0).is_over());

  server.answers["GET /jobs/00ff/exceptions?maxExceptions=1"] = {
      200, R"({"root-exception":"java.io.IOException: a\nCaused by: x.Y: b\n\tat z","timestamp":1})"};
  EXPECT_EQ(client.failure("00ff"), "b");
  server.answers["GET /jobs/00ff/exceptions?maxExceptions=1"] = {200, R"({"root-exception":null})"};
  EXPECT_EQ(client.failure("00ff"), "");
}

testing::AssertionResult has_none(const Result<std::optional<SourceFigures>>& figures) {
  if (!figures) return testing::AssertionFailure() << figures.error().to_line();
  return *figures ? testing::AssertionFailure() << (*figures)->records << " records" : testing::AssertionSuccess();
}

TEST(ClientTest, SumsUpItsSources) {
  AnswerServer server;
  Client client = client_of(server);
  const std::string metrics = "GET /jobs/00ff/vertices/a1/subtasks/metrics";
  const JobStatus job{
      .id = "00ff",
      .name = "job",
      .state = "RUNNING",
      .vertices = {{.id = "a1", .name = "Source: read t%x -> combine"}, {.id = "b2", .name = "window"}}};
  server.answers[metrics] = {200, "[]"};
  EXPECT_TRUE(has_none(client.source_figures(job)));
  server.answers[metrics] = {200, R"([{"id":"numRecordsIn"},{"id":"Source__read_t%x.numRecordsIn"},
                                      {"id":"Source__read_t%x.pendingRecords"},{"id":"combine.numRecordsIn"}])"};
  const std::string values = metrics + "?agg=sum&get=Source__read_t%25x.numRecordsIn,Source__read_t%25x.pendingRecords";
  server.answers[values] = {200, "[]"};
  EXPECT_TRUE(has_none(client.source_figures(job)));
  server.answers[values] = {200, R"([{"id":"Source__read_t%x.numRecordsIn","sum":1234.0},
                                     {"id":"Source__read_t%x.pendingRecords","sum":-1.0}])"};
  const auto figures = client.source_figures(job);
  ASSERT_TRUE(figures && *figures);
  EXPECT_EQ((*figures)->records, 1234U);
  EXPECT_EQ((*figures)->lag, 0U);
}

TEST(ClientTest, FindsAJobOrNothing) {
  AnswerServer server;
  Client client = client_of(server);
  const auto unknown = client.find_job("0b5da5e0b92307946d891584f93dcefe");
  ASSERT_TRUE(unknown.has_value()) << unknown.error().to_line();
  EXPECT_FALSE(unknown->has_value());
  server.answers["GET /jobs/0b5da5e0b92307946d891584f93dcefe"] = {
      200,
      R"({"jid":"0b5da5e0b92307946d891584f93dcefe","state":"RUNNING","vertices":[{"id":"bc764cd8ddf7a0cff126f51c16239658",
           "name":"Source: lines -> Flat Map","parallelism":1,"maxParallelism":128,"tasks":{"RUNNING":1}},
           {"id":"a1","name":"b","maxParallelism":-1,"parallelism":-1,"tasks":{}}]})"};
  const auto known = client.find_job("0b5da5e0b92307946d891584f93dcefe");
  ASSERT_TRUE(known.has_value() && known->has_value());
  EXPECT_TRUE((*known)->all_run());
  EXPECT_EQ((*known)->vertices[0].max_parallelism, 128U);
  EXPECT_EQ((*known)->vertices[1].max_parallelism, 0U) << "not known yet";
}

TEST(ClientTest, TellsHowASavepointStands) {
  AnswerServer server;
  Client client = client_of(server);
  const std::string target = "GET /jobs/j/savepoints/t";
  EXPECT_FALSE(client.savepoint("j", "t")->has_value());
  server.answers[target] = {200, R"({"status":{"id":"IN_PROGRESS"},"operation":null})"};
  EXPECT_FALSE(client.savepoint("j", "t").value()->is_over);
  server.answers[target] = {
      200, R"({"status":{"id":"COMPLETED"},"operation":{"location":"file:/data/savepoint-0b5da5-73e1d52ff9f5"}})"};
  EXPECT_EQ(client.savepoint("j", "t").value()->location, "file:/data/savepoint-0b5da5-73e1d52ff9f5");
  server.answers[target] = {
      200,
      R"({"status":{"id":"COMPLETED"},"operation":{"failure-cause":{"class":"java.util.concurrent.CompletionException",
      "stack-trace":"java.util.concurrent.CompletionException: it failed\n\tat x\nCaused by: java.io.IOException: No space left on device\n\tat y"}}})"};
  const auto failed = client.savepoint("j", "t");
  EXPECT_TRUE((*failed)->is_over);
  EXPECT_EQ((*failed)->location, "");
  EXPECT_EQ((*failed)->failure, "No space left on device");
}

TEST(ClientTest, KnowsWithWhichSavepointAJobHasEnded) {
  AnswerServer server;
  Client client = client_of(server);
  EXPECT_EQ(client.end_of("j")->has_value(), false);
  const auto answer = [&](const std::string& end_time, const std::string& completed, const std::string& savepoint) {
    server.answers["GET /jobs/j"] = {
        200, R"({"jid":"j","state":"FINISHED","now":1000400000,"vertices":[],"end-time":)" + end_time + "}"};
    server.answers["GET /jobs/j/checkpoints"] = {
        200, R"({"counts":{},"latest":{"completed":)" + completed + R"(,"savepoint":)" + savepoint + "}}"};
    return client.end_of("j").value();
  };
  const std::string savepoint =
      R"({"id":7,"status":"COMPLETED","latest_ack_timestamp":999999000,"external_path":"file:/s/savepoint-0b5da5-1"})";
  EXPECT_FALSE(answer("-1", "null", savepoint));
  EXPECT_EQ(answer("1000000000", "null", savepoint)->ago, Milliseconds(400'000));
  EXPECT_EQ(answer("1000000000", R"({"id":6})", savepoint)->savepoint, "file:/s/savepoint-0b5da5-1");
  EXPECT_EQ(answer("1000000000", R"({"id":8})", savepoint)->savepoint, "") << "it went on after it";
  EXPECT_EQ(answer("1000300000", "null", savepoint)->savepoint, "") << "so it did here";
  EXPECT_EQ(answer("1000000000", R"({"id":6})", "null")->savepoint, "");
  server.answers.erase("GET /jobs/j/checkpoints");
  EXPECT_EQ(client.end_of("j").value()->savepoint, "") << "checkpoints are switched off";
}

TEST(ClientTest, AsksForSavepointsByTheirTrigger) {
  AnswerServer server;
  Client client = client_of(server);
  server.answers["POST /jobs/j/stop"] = {202, R"({"request-id":"t"})"};
  ASSERT_TRUE(client.stop("j", "/data/savepoints", "t").has_value());
  auto body = nlohmann::json::parse(server.last.body);
  EXPECT_EQ(body["targetDirectory"], "/data/savepoints");
  EXPECT_EQ(body["triggerId"], "t");
  EXPECT_EQ(body["drain"], false);
  server.answers["POST /jobs/j/savepoints"] = {202, R"({"request-id":"t"})"};
  ASSERT_TRUE(client.cancel_with_savepoint("j", "/data/savepoints", "t").has_value());
  body = nlohmann::json::parse(server.last.body);
  EXPECT_EQ(body["target-directory"], "/data/savepoints");
  EXPECT_EQ(body["cancel-job"], true);
  server.answers["PATCH /jobs/j?mode=cancel"] = {202, "{}"};
  EXPECT_TRUE(client.cancel("j").has_value());
}

TEST(ClientTest, KnowsWhereTaskManagersAre) {
  AnswerServer server;
  server.answers["GET /taskmanagers"] = {
      200,
      R"({"taskmanagers":[{"id":"node01:44237-a3792b","path":"akka.tcp://flink@node01:44237/user/rpc/taskmanager_0",
      "slotsNumber":2,"freeSlots":1,"hardware":{"cpuCores":2,"physicalMemory":25276510208}}]})"};
  const auto found = client_of(server).task_managers();
  ASSERT_TRUE(found.has_value()) << found.error().to_line();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().id, "node01:44237-a3792b");
  EXPECT_EQ(found->front().host, "node01");
  EXPECT_EQ(found->front().port, 44237U);
  EXPECT_EQ(found->front().slots, 2U);
  EXPECT_EQ(found->front().free_slots, 1U);
  EXPECT_EQ(found->front().cpus, 2U);
}

TEST(ClientTest, KnowsOnWhichTaskManagersAJobIs) {
  AnswerServer server;
  const auto vertex = [](const std::string& id) {
    return R"({"id":")" + id + R"(","name":"v","parallelism":2,"tasks":{"RUNNING":2}})";
  };
  server.answers["GET /jobs/j"] = {200, R"({"jid":"j","state":"RUNNING","vertices":[)" + vertex("a1") + "," +
                                            vertex("b2") + "," + vertex("c3") + "]}"};
  server.answers["GET /jobs/j/vertices/a1/taskmanagers"] = {
      200,
      R"({"taskmanagers":[{"host":"node01:40001","status":"RUNNING","taskmanager-id":"node01:40001-ab"},
      {"host":"node02:40001","status":"RUNNING","taskmanager-id":"node02:40001-cd"}]})"};
  server.answers["GET /jobs/j/vertices/b2/taskmanagers"] = {
      200, R"({"taskmanagers":[{"host":"node03:40001","taskmanager-id":"node03:40001-ef"}]})"};
  EXPECT_THAT(client_of(server).task_managers_of("j").value(),
              testing::ElementsAre("node01:40001-ab", "node02:40001-cd", "node03:40001-ef"));
  EXPECT_THAT(client_of(server).task_managers_of("gone").value(), testing::IsEmpty());
}

TEST(ClientTest, KnowsARefusalFromNoAnswer) {
  AnswerServer server;
  Client client = client_of(server);
  server.answers["POST /jobs/j/stop"] = {409, R"({"errors":["Checkpoint triggering task is not running."]})"};
  EXPECT_FALSE(client.stop("j", "/s", "t").has_value());
  EXPECT_FALSE(client.may_come_through());
  Client nobody(Http::at("127.0.0.1:1").value());
  EXPECT_FALSE(nobody.stop("j", "/s", "t").has_value());
  EXPECT_FALSE(nobody.may_come_through()) << "it was not sent";
  Client impatient(Http::at(server.address(), Milliseconds(100)).value());
  std::promise<void> over;
  server.on_request = [&, ends = over.get_future().share()](const httplib::Request&) { ends.wait(); };
  EXPECT_FALSE(impatient.stop("j", "/s", "t").has_value());
  EXPECT_TRUE(impatient.may_come_through());
  over.set_value();
}

TEST(ClientTest, TextThatIsNoUtf8IsAnError) {
  AnswerServer server;
  const auto stopped = client_of(server).stop("j", "/data/\xB4\xC5\xC5\xCC", "t");
  ASSERT_FALSE(stopped.has_value());
  EXPECT_THAT(stopped.error().to_line(), HasSubstr("no UTF-8"));
}

TEST(HttpTest, AnAnswerWithoutEndIsNone) {
  httplib::Server server;
  server.Get("/overview", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("application/json", [](std::size_t, httplib::DataSink& sink) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return sink.write(" ", 1);
    });
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread([&] { server.listen_after_bind(); });
  Client client(Http::at("127.0.0.1:" + std::to_string(port), Milliseconds(200)).value());
  EXPECT_THAT(client.overview().error().to_line(), HasSubstr("gives no answer within 200ms"));
  server.stop();
  thread.join();
}

TEST(ClientTest, AnUploadIsNotAnsweredWithoutEnd) {
  AnswerServer server;
  server.answers["POST /jars/upload"] = {200, std::string(std::size_t{17} << 20, ' ')};
  MemoryFileSystem files;
  files.put("/t.jar", "jar");
  EXPECT_THAT(client_of(server).upload_jar(files, "/t.jar").error().to_line(), HasSubstr("more than 16 MiB"));
}

}  // namespace
}  // namespace temblor::flink_rest
