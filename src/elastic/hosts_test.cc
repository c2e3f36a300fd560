#include "elastic/hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Notes what is run, and answers as it was told to.
class NotedPrograms final : public Programs {
 public:
  Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds limit) override {
    ran.push_back(words);
    limits.push_back(limit);
    return answer;
  }

  std::vector<std::vector<std::string>> ran;
  std::vector<Milliseconds> limits;
  ProgramEnd answer;
};

TEST(Hosts, RunsAScriptHereWithoutSsh) {
  NotedPrograms programs;
  Hosts hosts(programs, {"node01", "node01.example.org"}, 20s);
  for (const std::string host : {"node01", "node01.example.org", "localhost", "127.0.0.1"}) {
    ASSERT_TRUE(hosts.run(host, "echo \"$1\"", {"a b"}).has_value());
    EXPECT_THAT(programs.ran.back(), ElementsAre("/bin/sh", "-c", "echo \"$1\"", "sh", "a b"));
  }
}

TEST(Hosts, GivesSshOneQuotedLine) {
  NotedPrograms programs;
  Hosts hosts(programs, {"node01"}, 20s);
  ASSERT_TRUE(hosts.run("node02", "echo \"$1\"", {"it's $(here)"}).has_value());
  EXPECT_THAT(programs.ran.back(), ElementsAre("ssh", "-n", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--",
                                               "node02", R"('/bin/sh' '-c' 'echo "$1"' 'sh' 'it'\''s $(here)')"));
  EXPECT_EQ(programs.limits.back(), 20s);
}

TEST(Hosts, QuotedLineIsReadBackByARealShell) {
  PosixPrograms programs;
  const std::string word = "a 'b' \"c\" $HOME `id` $(id) \\ * \n ; & | < >";
  const auto end = programs.run({"/bin/sh", "-c", "printf %s " + shell_word(word)}, 20s);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->output, word);
}

TEST(Hosts, NamesAHostThatRefuses) {
  NotedPrograms programs;
  programs.answer = {.status = 255, .output = "ssh: connect to host node02 port 22: Connection refused\r\n"};
  Hosts hosts(programs, {}, 20s);
  const auto end = hosts.run("node02", "true", {});
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().to_line(),
            "node02: cannot be reached over ssh: ssh: connect to host node02 port 22: Connection refused (try: ssh "
            "node02 true)");
}

TEST(Hosts, TellsTheLastLineOfAScriptThatFails) {
  NotedPrograms programs;
  programs.answer = {.status = 1, .output = "first\nsh: 1: /opt/x: not found\n"};
  Hosts hosts(programs, {"here"}, 20s);
  EXPECT_THAT(hosts.must_run("here", "x", {}).error().to_line(), "here: sh: 1: /opt/x: not found");
  programs.answer.output.clear();
  EXPECT_THAT(hosts.must_run("here", "x", {}).error().to_line(), HasSubstr("exit code 1"));
}

}  // namespace
}  // namespace temblor::elastic
