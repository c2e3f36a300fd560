#include "cli/run_summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace temblor {
namespace {

Summary example() {
  Summary summary;
  summary.run = {.records_read = 1500,
                 .records_accepted = 1400,
                 .dropped = {},
                 .late = 1,
                 .windows_emitted = 1,
                 .results_emitted = 10,
                 .gaps = 3};
  summary.run.dropped[static_cast<std::size_t>(Rejection::kAmplitude)] = 99;
  summary.life = summary.run;
  summary.life += summary.run;
  summary.run_seconds = 0.5;
  summary.life_seconds = 2;
  summary.restarts = 1;
  summary.finished = true;
  return summary;
}

TEST(RunSummaryTest, WritesTheLifeOfTheJobAndThisRun) {
  const auto json = nlohmann::json::parse(to_json(example()));
  EXPECT_EQ(json["records_read"], 3000);
  EXPECT_EQ(json["records_accepted"], 2800);
  EXPECT_EQ(json["late"], 2);
  EXPECT_EQ(json["windows_emitted"], 2);
  EXPECT_EQ(json["results_emitted"], 20);
  EXPECT_EQ(json["gaps"], 6);
  EXPECT_EQ(json["seconds"], 2);
  EXPECT_EQ(json["records_per_second"], 1500);
  EXPECT_EQ(json["restarts"], 1);
  EXPECT_EQ(json["finished"], true);
  EXPECT_EQ(json["dropped"].size(), kRejections);
  EXPECT_EQ(json["dropped"]["amplitude"], 198);
  EXPECT_EQ(json["dropped"]["parse"], 0);
  EXPECT_EQ(json["this_run"]["records_read"], 1500);
  EXPECT_EQ(json["this_run"]["records_per_second"], 3000);
  EXPECT_EQ(json["this_run"]["dropped"]["amplitude"], 99);
}

TEST(RunSummaryTest, IsJsonAlsoWhereNoTimePassed) {
  const auto json = nlohmann::json::parse(to_json(Summary{}));
  EXPECT_EQ(json["records_per_second"], 0);
}

TEST(RunSummaryTest, SaysTheSameInWords) {
  EXPECT_EQ(to_words(example()),
            "1,500 records in 0.5 s (3,000 records/s): 1,400 accepted, 99 dropped, 1 late; 1 window, 10 results\n"
            "dropped: amplitude 99\n"
            "3 gaps\n"
            "with the runs before: 3,000 records, 20 results\n");
}

}  // namespace
}  // namespace temblor
