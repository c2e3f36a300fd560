#include "cli/elastic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/test_program.h"
#include "elastic/decision_log.h"

namespace temblor {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ElasticTest : ::testing::Test {
  TestProgram program;
  ElasticTest() { program.write("elastic.conf", "METRICS_DIR=/m\nELASTIC_LANG=en\n"); }

  std::string expect_error(const std::vector<std::string>& arguments, int code = 2) {
    const auto ran = program.run(arguments);
    EXPECT_EQ(ran.code, code);
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    return ran.err;
  }
};

TEST_F(ElasticTest, ExplainsItself) {
  const auto ran = program.run({"elastic"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("simulate    try a policy on a load"));
  EXPECT_EQ(program.run({"elastic", "--help"}).out, ran.out);
  EXPECT_THAT(program.run({"elastic", "simulate", "--help"}).out, HasSubstr("--slot-rate RATE"));
  EXPECT_THAT(program.run({"elastic", "pause", "--help"}).out, HasSubstr("--conf FILE"));
}

TEST_F(ElasticTest, RefusesMistakesInOneLine) {
  EXPECT_THAT(expect_error({"elastic", "simulat"}), HasSubstr("(did you mean simulate?)"));
  EXPECT_THAT(expect_error({"elastic", "simulate"}), HasSubstr("needs to know the load (name a CSV file with --load)"));
  EXPECT_THAT(expect_error({"elastic", "pause", "--conf", "none.conf"}), HasSubstr("none.conf: there is no such file"));
  program.write("l.csv", "0,100\n600,100\n");
  const auto simulate = [&](const std::string& option, const std::string& value) {
    return expect_error({"elastic", "simulate", "--load", "l.csv", option, value});
  };
  EXPECT_THAT(simulate("--policy", "best"), HasSubstr("--policy: \"best\" is no policy"));
  EXPECT_THAT(simulate("--noise", "2"), HasSubstr("--noise: \"2\" is out of range (write a number from 0 to 1)"));
  EXPECT_THAT(simulate("--seed", "x"), HasSubstr("--seed: \"x\" is out of range"));
  EXPECT_THAT(simulate("--tm-start", "soon"), HasSubstr("--tm-start: \"soon\" is no duration"));
  EXPECT_THAT(simulate("--parallelism", "9"), HasSubstr("needs more slots than there are at the start: 6"));
  program.write("one.csv", "0,100\n");
  EXPECT_THAT(expect_error({"elastic", "simulate", "--load", "one.csv"}), HasSubstr("one.csv: is a single moment"));
}

TEST_F(ElasticTest, Simulates) {
  program.write("l.csv", "seconds,records_per_second\n0,400\n600,400\n600,4000\n7200,4000\n");
  const auto ran =
      program.run({"elastic", "simulate", "--load", "l.csv", "--policy", "model", "--svg", "o.svg", "--events"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("并行度 3 -> "));
  EXPECT_THAT(ran.out, HasSubstr("\n     from      load/s  processed/s"));
  EXPECT_THAT(ran.out, EndsWith("slot-hours in 2.0 h\n"));
  const std::string picture = program.read("o.svg");
  EXPECT_THAT(picture, StartsWith("<svg xmlns"));
  EXPECT_THAT(picture, EndsWith("</svg>\n"));
  EXPECT_THAT(picture, HasSubstr("l.csv: model policy, 400 records/s per slot"));
  EXPECT_EQ(program.run({"elastic", "simulate", "--load", "l.csv", "--policy", "model", "--events"}).out, ran.out);
}

TEST_F(ElasticTest, PausesAndResumes) {
  EXPECT_EQ(program.run({"elastic", "resume", "--conf", "elastic.conf"}).out, "the scaler was not paused\n");
  const auto ran = program.run({"elastic", "pause", "--conf", "elastic.conf", "--reason", "new disks"});
  EXPECT_EQ(ran.out, "the scaler is paused\n") << ran.err;
  EXPECT_THAT(program.read("/m/paused"), EndsWith(" new disks\n"));
  EXPECT_EQ(program.run({"elastic", "resume", "--conf", "elastic.conf"}).out, "the scaler goes on\n");
  EXPECT_FALSE(program.files.exists("/m/paused"));
}

TEST_F(ElasticTest, ExplainsAndListsWhatWasDecided) {
  EXPECT_THAT(expect_error({"elastic", "explain", "--conf", "elastic.conf"}, 1),
              HasSubstr("/m: no decision has been taken yet"));
  EXPECT_EQ(program.run({"elastic", "history", "--conf", "elastic.conf"}).out, "nothing has been scaled\n");
  elastic::DecisionRecord record;
  record.decision = {{{elastic::Note::kCpuHigh, 0.9, 0.8}},
                     {{elastic::Target::kTaskManagers, 3, 4, elastic::Note::kCpuHigh}}};
  record.outcomes = {{true, "", Milliseconds(4000), {}}};
  ASSERT_TRUE(elastic::DecisionLog(program.files, "/m").append(record));
  EXPECT_THAT(program.run({"elastic", "explain", "--conf", "elastic.conf"}).out,
              HasSubstr("  * TaskManagers 3 -> 4: done, took 4.0 s\n"));
  EXPECT_THAT(program.run({"elastic", "history", "--conf", "elastic.conf"}).out,
              HasSubstr("(CPU load 0.9000 is over the upper bound 0.8000)"));
  EXPECT_THAT(expect_error({"elastic", "history", "--conf", "elastic.conf", "--limit", "x"}),
              HasSubstr("--limit: \"x\" is no whole number"));
}

TEST_F(ElasticTest, TellsOfUnknownKeys) {
  program.write("odd.conf", "METRICS_DIR=/m\nSLOTS_PER_TN=2\n");
  EXPECT_THAT(program.run({"elastic", "history", "--conf", "odd.conf"}).err,
              HasSubstr("odd.conf:2: SLOTS_PER_TN: no such key (did you mean SLOTS_PER_TM?)"));
}

}  // namespace
}  // namespace temblor
