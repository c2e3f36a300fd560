#include "base/json_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using Json = nlohmann::json;

TEST(JsonValuesTest, TakesWholeNumbersThatFit) {
  EXPECT_EQ(whole_number<std::int64_t>(Json::parse("-9223372036854775808")), INT64_MIN);
  EXPECT_EQ(whole_number<std::uint64_t>(Json::parse("18446744073709551615")), UINT64_MAX);
  EXPECT_EQ(whole_number<std::uint32_t>(Json::parse("4294967295")), UINT32_MAX);
  EXPECT_EQ(whole_number<std::int32_t>(nlohmann::ordered_json::parse("-7")), -7);
}

TEST(JsonValuesTest, ThrowsWhatIsCaughtForAnythingElse) {
  for (const char* text : {"1e300", "-1e300", "1.5", "1.0", "\"1\"", "null", "true", "[1]", "123456789012345678901"}) {
    EXPECT_THROW(whole_number<std::int64_t>(Json::parse(text)), Json::exception) << text;
  }
  EXPECT_THROW(whole_number<std::uint32_t>(Json::parse("-1")), Json::exception);
  EXPECT_THROW(whole_number<std::uint32_t>(Json::parse("4294967296")), Json::exception);
  EXPECT_THROW(whole_number<std::int64_t>(Json::parse("9223372036854775808")), Json::exception);
}

TEST(JsonValuesTest, KeepsMomentsWithinWhatArithmeticIsSafeFor) {
  EXPECT_EQ(moment(Json::parse("1764458303250")), timestamp_from_ms(1'764'458'303'250));
  EXPECT_EQ(moment(Json::parse("9223372036854775807")), kLatest);
  EXPECT_EQ(moment(Json::parse("-9223372036854775808")), kEarliest);
}

TEST(JsonValuesTest, KnowsNumbersThatMayBeMissing) {
  EXPECT_EQ(optional_number(Json(2)), 2.0);
  EXPECT_EQ(optional_number(Json(nullptr)), std::nullopt);
}

}  // namespace
}  // namespace temblor
