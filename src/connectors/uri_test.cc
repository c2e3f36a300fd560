#include "connectors/uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Uri, HasSchemePathAndSettings) {
  const auto uri = Uri::parse("rocketmq://host:9876/topic?group=x&follow&tag=a=b");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, "rocketmq");
  EXPECT_EQ(uri->path, "//host:9876/topic");
  EXPECT_THAT(uri->query, ElementsAre(Pair("follow", ""), Pair("group", "x"), Pair("tag", "a=b")));
  EXPECT_EQ(uri->find("group"), "x");
  EXPECT_EQ(uri->find("follow"), "");
  EXPECT_EQ(uri->find("absent"), std::nullopt);
}

TEST(Uri, MayHaveNoPath) {
  const auto bare = Uri::parse("csv:");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->scheme, "csv");
  EXPECT_EQ(bare->path, "");
  const auto generator = Uri::parse("generator:?records=5");
  ASSERT_TRUE(generator);
  EXPECT_EQ(generator->path, "");
  EXPECT_EQ(generator->find("records"), "5");
}

TEST(Uri, IsAWordThatStandsForAConnector) {
  for (const std::string word : {"console", "csv", "null", "-"}) {
    const auto uri = Uri::parse(word);
    ASSERT_TRUE(uri) << word;
    EXPECT_EQ(uri->scheme, word);
    EXPECT_EQ(uri->path, "");
  }
}

TEST(Uri, DecodesPercentEscapesInPathAndValuesOnly) {
  const auto uri = Uri::parse("file:/a%20b%3F%25?x=1%262&y%20=z");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->text, "file:/a%20b%3F%25?x=1%262&y%20=z");
  EXPECT_EQ(uri->path, "/a b?%");
  EXPECT_THAT(uri->query, ElementsAre(Pair("x", "1&2"), Pair("y%20", "z")));
}

TEST(Uri, SaysWhatToWriteForABarePath) {
  for (const std::string path : {"/data/today.pb", "today.pb", "./x"}) {
    const auto uri = Uri::parse(path);
    ASSERT_FALSE(uri);
    EXPECT_EQ(uri.error().blame, Blame::kUser);
    EXPECT_THAT(uri.error().to_line(), HasSubstr("write file:" + path));
  }
}

TEST(Uri, RefusesWhatHasNoKnownForm) {
  for (const std::string text : {"", ":", ":x", "/data/12:30.pb", "1file:x", "file:%", "file:%2", "file:%zz",
                                 "file:%00", "file:x?", "file:x?=1", "file:x?a&&b", "file:x?a=1&a=2", "file:x?a=%"}) {
    const auto uri = Uri::parse(text);
    ASSERT_FALSE(uri) << text;
    EXPECT_EQ(uri.error().blame, Blame::kUser) << text;
    EXPECT_FALSE(uri.error().where.empty()) << text;
  }
}

TEST(Uri, NamesTheKnownSettingsForAnUnknownOne) {
  const auto uri = Uri::parse("file:x?folow");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->allow_only({"follow", "other"}).error().to_line(),
            "file:x?folow: unknown setting 'folow' (known: follow, other)");
  EXPECT_EQ(uri->allow_only({}).error().to_line(), "file:x?folow: unknown setting 'folow' ('file' takes no settings)");
  EXPECT_TRUE(uri->allow_only({"folow"}));
}

}  // namespace
}  // namespace temblor
