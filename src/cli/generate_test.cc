#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "operators/cleaner.h"
#include "schema/deserializer.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class GenerateTest : public ::testing::Test {
 protected:
  /// Runs `temblor generate`; what it says goes to `says_`.
  int generate(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "generate");
    ::testing::internal::CaptureStderr();
    const int code = run_program(arguments, {clock_, files_, 0});
    says_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  std::string file(const std::string& path) {
    const auto bytes = read_file(files_, path, 10'000'000);
    EXPECT_TRUE(bytes) << bytes.error().to_line();
    return bytes.value_or("");
  }

  static std::vector<std::string_view> messages(std::string_view bytes) {
    std::vector<std::string_view> found;
    while (!bytes.empty()) {
      const FrameLength frame = read_frame_length(bytes);
      EXPECT_EQ(frame.status, FrameLength::Status::kOk);
      if (frame.status != FrameLength::Status::kOk) break;
      found.push_back(bytes.substr(frame.prefix, frame.length));
      bytes.remove_prefix(frame.prefix + frame.length);
    }
    return found;
  }

  SimClock clock_{timestamp_from_ms(1'700'000'000'000)};
  MemoryFileSystem files_;
  std::string says_;
};

TEST_F(GenerateTest, WritesASummaryThatEqualsWhatTheCleanerDrops) {
  ASSERT_EQ(generate({"--to", "file:out.pb", "--summary", "made.json"}), 0) << says_;
  EXPECT_EQ(says_, "");
  const std::string bytes = file("out.pb");
  std::map<std::string, std::uint64_t> dropped;
  std::uint64_t accepted = 0;
  const Cleaner cleaner(kRecordAmplitudes);
  for (const std::string_view message : messages(bytes)) {
    Record record;
    const auto reason = deserialize(message, record) ? cleaner.check(record) : Rejection::kParse;
    if (reason) {
      ++dropped[std::string(to_string(*reason))];
    } else {
      ++accepted;
    }
  }
  const auto summary = nlohmann::json::parse(file("made.json"));
  EXPECT_EQ(summary.at("records"), 3000);
  EXPECT_EQ(summary.at("valid"), accepted);
  EXPECT_EQ(summary.at("anomalies"), nlohmann::json(dropped));
  EXPECT_EQ(summary.at("seed"), 1);
  EXPECT_EQ(dropped.size(), 7) << "every rule is broken";
}

TEST_F(GenerateTest, IsTheSameForTheSameSeedAndStart) {
  ASSERT_EQ(generate({"--to", "file:a", "--start-time", "2010-05-27", "--seed", "3"}), 0);
  clock_.advance(std::chrono::hours(1));
  ASSERT_EQ(generate({"--to", "file:b", "--start-time", "2010-05-27", "--seed", "3"}), 0);
  ASSERT_EQ(generate({"--to", "file:c", "--start-time", "2010-05-27", "--seed", "4"}), 0);
  EXPECT_EQ(file("a"), file("b"));
  EXPECT_NE(file("a"), file("c"));
}

TEST_F(GenerateTest, SendsInRealTime) {
  const auto before = clock_.monotonic();
  ASSERT_EQ(generate({"--to", "-", "--records", "101", "--rate", "50/s", "--anomaly-rate", "0"}), 0) << says_;
  EXPECT_EQ(clock_.monotonic() - before, std::chrono::seconds(2));
  const std::string bytes = files_.standard_output_bytes();
  const auto sent = messages(bytes);
  ASSERT_EQ(sent.size(), 101);
  Record record;
  ASSERT_TRUE(deserialize(sent[0], record));
  EXPECT_EQ(record.collect_timestamp, 1'700'000'000'000);
  ASSERT_TRUE(deserialize(sent[100], record));
  EXPECT_EQ(record.collect_timestamp, 1'700'000'002'000);
}

TEST_F(GenerateTest, MakesAnEmptyFileOfNoRecords) {
  ASSERT_EQ(generate({"--to", "file:out.pb", "--records", "0"}), 0);
  EXPECT_EQ(file("out.pb"), "");
}

TEST_F(GenerateTest, ExplainsItselfWithoutArguments) {
  EXPECT_EQ(generate({}), 2);
  EXPECT_THAT(says_, AllOf(HasSubstr("--anomaly-rate"), HasSubstr("--to: is missing")));
}

TEST_F(GenerateTest, HelpsOnStandardOutput) {
  EXPECT_EQ(generate({"--help"}), 0);
  EXPECT_THAT(files_.standard_output_bytes(),
              AllOf(HasSubstr("--anomaly-rate"), HasSubstr("file:PATH"), HasSubstr("generate makes it anew")));
}

TEST_F(GenerateTest, MakesAFileAnew) {
  ASSERT_EQ(generate({"--to", "file:out.pb", "--records", "100"}), 0);
  ASSERT_EQ(generate({"--to", "file:out.pb", "--records", "2", "--anomaly-rate", "0"}), 0);
  EXPECT_EQ(messages(file("out.pb")).size(), 2);
}

TEST_F(GenerateTest, RefusesMistakesInOneLineAndTouchesNothing) {
  const auto mistake = [&](std::vector<std::string> arguments) {
    EXPECT_EQ(generate(std::move(arguments)), 2);
    EXPECT_EQ(std::count(says_.begin(), says_.end(), '\n'), 1) << says_;
    EXPECT_TRUE(files_.list("/")->empty());
    return says_;
  };
  EXPECT_THAT(mistake({"--records", "5"}), StartsWith("temblor: --to: is missing"));
  EXPECT_THAT(mistake({"--to", "file:x", "--records", "-5"}), StartsWith("temblor: --records: \"-5\" is not valid"));
  EXPECT_THAT(mistake({"--to", "file:x", "--rate", "fast"}), StartsWith("temblor: --rate: "));
  EXPECT_THAT(mistake({"--to", "file:x", "--seed", "1", "--seed", "2"}), StartsWith("temblor: --seed: is given twice"));
  EXPECT_THAT(mistake({"--to", "file:x", "--start-time", "0"}), StartsWith("temblor: --start-time: "));
  EXPECT_THAT(mistake({"--to", "file:x", "--sensor", "5"}), HasSubstr("did you mean --sensors?"));
  EXPECT_THAT(mistake({"--to", "csv:x"}), HasSubstr("cannot be written to by generate"));
  EXPECT_THAT(mistake({"--to", "file:x", "--log-level", "loud"}), StartsWith("temblor: --log-level: "));
  EXPECT_THAT(mistake({"--to", "file:x", "--summary", "no/where.json"}), StartsWith("temblor: --summary: no does not"));
  EXPECT_THAT(mistake({"--to", "file:no/x"}), HasSubstr("file:no/x: no does not exist (make it: mkdir -p 'no')"));
}

}  // namespace
}  // namespace temblor
