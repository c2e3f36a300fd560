#include "flink_rest/refusal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace temblor::flink_rest {
namespace {

constexpr const char* kTrace =
    "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n"
    "\tat org.apache.flink.runtime.webmonitor.handlers.JarRunHandler.lambda$handleRequest$1(JarRunHandler.java:113)\n"
    "Caused by: java.util.concurrent.CompletionException: org.apache.flink.util.FlinkRuntimeException: Could not …\n"
    "\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:315)\n"
    "\t... 2 more\n"
    "Caused by: org.apache.flink.client.program.ProgramParametrizationException: temblor: --from: is missing\n"
    "\tat org.temblor.flink.JobRequest.read(JobRequest.java:31)\n";

TEST(RefusalTest, TellsTheInnermostCause) {
  EXPECT_EQ(cause_of(kTrace), "temblor: --from: is missing");
  EXPECT_EQ(cause_of("java.io.IOException: java.lang.IllegalStateException: no: really\n\tat x"), "no: really");
  EXPECT_EQ(cause_of("java.lang.NullPointerException\n\tat x"), "java.lang.NullPointerException");
  EXPECT_EQ(cause_of("Job 1f could not be found: it is gone"), "Job 1f could not be found: it is gone");
  EXPECT_EQ(cause_of("java.io.IOException: it said Caused by: nothing"), "it said Caused by: nothing");
  EXPECT_EQ(cause_of(std::string(10'000, 'x')).size(), 500U);
  EXPECT_EQ(cause_of(""), "");
}

TEST(RefusalTest, IsOneLineOfAnyServersAnswer) {
  const auto line = [](int status, const std::string& body) {
    const Error error = refusal("http://flink:8081", status, body);
    EXPECT_EQ(error.blame, Blame::kWorld);
    EXPECT_EQ(error.where, "http://flink:8081");
    return error.what;
  };
  const nlohmann::json flinks = {
      {"errors", {"Internal server error.", std::string("<Exception on server side:\n") + kTrace}}};
  EXPECT_EQ(line(500, flinks.dump()), "temblor: --from: is missing");
  EXPECT_EQ(line(404, R"({"errors":["Job could not be found."]})"), "Job could not be found.");
  for (const char* body : {"", "<html>", "{}", "[]", R"({"errors":{}})", R"({"errors":[1]})"}) {
    EXPECT_EQ(line(502, body), "refuses with HTTP status 502") << body;
  }
}

TEST(RefusalTest, IsCutWhereACharacterEnds) {
  std::string what = "x";
  while (what.size() < 600) what += "磁盘已满";
  EXPECT_TRUE(is_utf8(cause_of(what)));
  EXPECT_GE(cause_of(what).size(), 497U);
}

}  // namespace
}  // namespace temblor::flink_rest
