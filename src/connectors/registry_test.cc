#include "connectors/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RegistryTest : public ::testing::Test {
 protected:
  MemoryFileSystem files_;
  SimClock clock_;
  Environment environment_{.clock = clock_, .files = files_, .hash_seed = 0};
};

TEST_F(RegistryTest, IsSortedAndSaysWhatToWrite) {
  const auto& all = connectors();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.scheme < b.scheme; }));
  for (const Connector& connector : all) {
    EXPECT_TRUE(connector.help.starts_with(connector.scheme)) << connector.help;
    EXPECT_TRUE(connector.source || connector.sink || connector.letter_sink || connector.target) << connector.scheme;
  }
}

TEST_F(RegistryTest, NamesWhatCanServeForAnUnknownScheme) {
  const auto sink = make_sink("xyz:/out", environment_);
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().blame, Blame::kUser);
  EXPECT_THAT(sink.error().to_line(),
              AllOf(HasSubstr("xyz:/out: unknown scheme 'xyz'"), HasSubstr("console, csv, file"), HasSubstr("null"),
                    Not(HasSubstr("generator"))));
}

TEST_F(RegistryTest, SaysWhereASchemeCannotServe) {
  EXPECT_THAT(make_source("console", environment_).error().to_line(),
              AllOf(HasSubstr("'console' cannot be a source"), HasSubstr("file"), HasSubstr("generator")));
  EXPECT_THAT(make_sink("generator:", environment_).error().to_line(), HasSubstr("'generator' cannot be a sink"));
  EXPECT_FALSE(make_letter_sink("csv:", environment_));
  EXPECT_FALSE(make_target("console", environment_));
}

TEST_F(RegistryTest, RefusesAnUnknownSettingEverywhere) {
  for (const Connector& connector : connectors()) {
    const std::string uri = std::string(connector.scheme) + ":x?no-such-setting=1";
    const std::string bare = std::string(connector.scheme) + "?no-such-setting=1";
    const std::string& text = connector.scheme == "-" ? bare : uri;
    EXPECT_FALSE(make_source(text, environment_)) << text;
    EXPECT_FALSE(make_sink(text, environment_)) << text;
    EXPECT_FALSE(make_letter_sink(text, environment_)) << text;
    EXPECT_FALSE(make_target(text, environment_)) << text;
  }
}

TEST_F(RegistryTest, NullTakesEverything) {
  const auto sink = make_sink("null:", environment_).value();
  ASSERT_TRUE(sink->open(nullptr));
  EXPECT_TRUE(sink->write({}));
  EXPECT_TRUE(sink->commit(sink->prepare().value(), {}));
  EXPECT_TRUE(sink->close());
  const auto letters = make_letter_sink("null", environment_).value();
  EXPECT_TRUE(letters->write("letter"));
  const auto target = make_target("null:", environment_).value();
  EXPECT_TRUE(target->send("message"));
  EXPECT_TRUE(target->flush());
  EXPECT_FALSE(make_sink("null:path", environment_));
}

}  // namespace
}  // namespace temblor
