#include "connectors/csv/csv_text.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

constexpr std::string_view kHeader =
    "sensor_id,window_start_ts,window_end_ts,avg_amplitude,max_amplitude,min_amplitude,"
    "p_phase_count,s_phase_count,n_phase_count\n";

std::string csv_of(std::vector<ResultRow> rows) {
  WindowResults results;
  results.window_start = timestamp_from_ms(1274977473000);
  results.window_end = timestamp_from_ms(1274977474000);
  results.rows = std::move(rows);
  std::string out;
  append_csv(results, out);
  EXPECT_TRUE(out.starts_with(kHeader));
  return out.substr(kHeader.size());
}

TEST(CsvText, HasALineForEachResult) {
  EXPECT_EQ(csv_of({{.sensor_id = "S001",
                     .avg_amplitude = 4.2F,
                     .max_amplitude = 5,
                     .min_amplitude = 3.2F,
                     .p_phase_count = 12,
                     .s_phase_count = 8,
                     .n_phase_count = 5},
                    {.sensor_id = "S002", .avg_amplitude = -1.5F}}),
            "S001,1274977473000,1274977474000,4.2,5.0,3.2,12,8,5\n"
            "S002,1274977473000,1274977474000,-1.5,0.0,0.0,0,0,0\n");
  EXPECT_EQ(csv_of({}), "");
}

TEST(CsvText, QuotesAsRfc4180Has) {
  const std::string rest = ",1274977473000,1274977474000,0.0,0.0,0.0,0,0,0\n";
  EXPECT_EQ(csv_of({{.sensor_id = "a,b"}}), "\"a,b\"" + rest);
  EXPECT_EQ(csv_of({{.sensor_id = "a\"b"}}), "\"a\"\"b\"" + rest);
  EXPECT_EQ(csv_of({{.sensor_id = "a\nb"}}), "\"a\nb\"" + rest);
  EXPECT_EQ(csv_of({{.sensor_id = "a\rb"}}), "\"a\rb\"" + rest);
  EXPECT_EQ(csv_of({{.sensor_id = "\""}}), "\"\"\"\"" + rest);
  EXPECT_EQ(csv_of({{.sensor_id = "a b;c'd"}}), "a b;c'd" + rest);
}

TEST(CsvText, FilesLieInDatedFolders) {
  EXPECT_EQ(csv_folder(timestamp_from_ms(1274977473000)), "2010-05-27/16");
  EXPECT_EQ(csv_name(timestamp_from_ms(1274977473000)), "1274977473000.csv");
  EXPECT_EQ(csv_folder(timestamp_from_ms(0)), "1970-01-01/00");
  EXPECT_EQ(csv_folder(timestamp_from_ms(-1)), "1969-12-31/23");
  EXPECT_EQ(csv_name(timestamp_from_ms(-1000)), "-1000.csv");
  EXPECT_EQ(csv_folder(kEarliest), "0001-01-01/00");
  EXPECT_EQ(csv_folder(kLatest), "9999-12-31/23");
}

}  // namespace
}  // namespace temblor
