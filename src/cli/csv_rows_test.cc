#include "cli/csv_rows.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text) {
  Rows rows;
  EXPECT_TRUE(for_each_csv_row(text, [&](const std::vector<std::string>& fields) -> Result<void> {
    rows.push_back(fields);
    return {};
  }));
  return rows;
}

TEST(CsvRowsTest, ReadsRowsAndFields) {
  EXPECT_EQ(rows_of("a,b\n1,\r\n,2\n"), (Rows{{"a", "b"}, {"1", ""}, {"", "2"}}));
  EXPECT_EQ(rows_of(""), Rows{});
  EXPECT_EQ(rows_of("a,b"), (Rows{{"a", "b"}}));
}

TEST(CsvRowsTest, TakesQuotesOff) {
  EXPECT_EQ(rows_of("\"a,\"\"b\"\"\nc\",d\n"), (Rows{{"a,\"b\"\nc", "d"}}));
  EXPECT_EQ(rows_of("\"open,\nend"), (Rows{{"open,\nend"}}));
}

TEST(CsvRowsTest, StopsAtAnError) {
  int rows = 0;
  const auto read = for_each_csv_row("a\nb\n", [&](const std::vector<std::string>&) -> Result<void> {
    ++rows;
    return world_error("here", "it fails");
  });
  EXPECT_FALSE(read);
  EXPECT_EQ(rows, 1);
}

}  // namespace
}  // namespace temblor
