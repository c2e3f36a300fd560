#include "flink_rest/client.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "testing/memory_file_system.h"

namespace temblor::flink_rest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A server on loopback that gives the answers it is told, as Flink 1.17.2 has given them;
/// test/e2e/flink_submit_test.py asks Flink itself.
class Answers {
 public:
  Answers() {
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      asked.push_back(request.method + " " + request.target);
      last = request;
      const auto found = answers.find(asked.back());
      response.status = found == answers.end() ? 404 : found->second.first;
      response.set_content(found == answers.end() ? "" : found->second.second, "application/json");
    };
    server_.Get(".*", answer).Post(".*", answer).Delete(".*", answer);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Answers() {
    server_.stop();
    thread_.join();
  }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  Client client() { return Client(Http::at("127.0.0.1:" + std::to_string(port_)).value()); }

  // By method and target; of one call at a time.
  std::map<std::string, std::pair<int, std::string>> answers;
  std::vector<std::string> asked;
  httplib::Request last;

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

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
  Answers server;
  Client client = server.client();
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
  Answers server;
  server.answers = {
      {"GET /overview", {200, R"({"taskmanagers":2,"slots-total":4,"slots-available":3,"flink-version":"1.17.2"})"}},
      {"POST /jars/upload", {200, R"({"filename":"/tmp/web/flink-web-upload/ab_temblor.jar","status":"success"})"}},
      {"POST /jars/ab_temblor.jar/run", {200, R"({"jobid":"00ff"})"}},
      {"DELETE /jars/ab_temblor.jar", {200, "{}"}}};
  Client client = server.client();
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
  Answers server;
  const auto status = [](const std::string& state, int running, int finished) {
    return nlohmann::json({{"jid", "00ff"},
                           {"state", state},
                           {"vertices",
                            {{{"id", "a1"},
                              {"name", "Source: read t -> combine"},
                              {"parallelism", 2},
                              {"tasks", {{"RUNNING", running}, {"FINISHED", finished}, {"INITIALIZING", 0}}}}}}});
  };
  Client client = server.client();
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
  Answers server;
  Client client = server.client();
  const std::string metrics = "GET /jobs/00ff/vertices/a1/subtasks/metrics";
  const JobStatus job{
      .id = "00ff",
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

}  // namespace
}  // namespace temblor::flink_rest
