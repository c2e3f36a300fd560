#include "cli/topic.h"

#include <gmock/gmock.h>

#include "cli/test_program.h"
#include "cli/test_record.h"
#include "cli/topic_create.h"
#include "cli/topic_text.h"
#include "connectors/rocketmq/pack_property.h"
#include "schema/serializer.h"

namespace temblor {
namespace {

using rocketmq::append_property;
using rocketmq::BodyStatus;
using rocketmq::MessageView;
using rocketmq::Queue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string result(std::string_view id) {
  std::string bytes;
  serialize(ResultRow{.sensor_id = id, .avg_amplitude = 4.2F, .max_amplitude = 5, .min_amplitude = 3.2F},
            timestamp_from_ms(kTime), timestamp_from_ms(kTime + 1000), bytes);
  return bytes;
}

MessageView message(std::string_view body, std::string_view properties = {}) {
  return {.offset = 17,
          .queue_id = 3,
          .stored = timestamp_from_ms(kTime),
          .body = body,
          .topic = "t",
          .properties = properties};
}

TEST(TopicTest, TellsRecordsFromResultsFromBytes) {
  EXPECT_EQ(body_text(test_record("S001")),
            "record S001 2010-05-27T16:24:33.210Z amplitude=3.21 phase=P quality=1 at 11.5,48.25");
  EXPECT_EQ(body_text(result("S001")),
            "result S001 2010-05-27T16:24:33.210Z to 2010-05-27T16:24:34.210Z avg=4.2 max=5.0 min=3.2 P=0 S=0 N=0");
  EXPECT_EQ(body_text("\xff\x01"), "2 bytes: ff 01");
  EXPECT_EQ(body_text(""), "0 bytes");
  EXPECT_EQ(body_text("hello"), "5 bytes: 68 65 6c 6c 6f");
  EXPECT_THAT(body_text(std::string(1000, '\xff')), StartsWith("1,000 bytes: ff ff"));
  EXPECT_LT(body_text(std::string(1000, '\xff')).size(), 200U);
}

TEST(TopicTest, TakesNoSparseRecordForAResult) {
  const auto text = [](std::string_view id, std::int64_t time, double longitude) {
    Record sparse;
    sparse.sensor_id = id;
    sparse.collect_timestamp = time;
    sparse.longitude = longitude;
    std::string bytes;
    serialize(sparse, bytes);
    return body_text(bytes);
  };
  EXPECT_THAT(text("S001", kTime, 0), StartsWith("record S001 2010"));
  EXPECT_THAT(text("", kTime, -1), StartsWith("record - 2010"));
  EXPECT_THAT(text("S001", 0, 0), StartsWith("record S001 1970"));
}

TEST(TopicTest, ShowsAMessageWithItsPlaceAndKey) {
  const Queue queue{.broker = "broker-0", .id = 3};
  std::string properties;
  append_property(properties, "KEYS", "S001|5");
  EXPECT_THAT(
      message_lines(queue, message(result("S001"), properties)),
      ElementsAre(testing::MatchesRegex(
          "broker-0/3/17 +2010-05-27T16:24:33\\.210Z  S001\\|5 +result S001 2010-05-27T16:24:33\\.210Z to .*")));
  EXPECT_THAT(message_lines(queue, message("\x01")), ElementsAre(testing::MatchesRegex(".*Z  - +1 byte: 01")));
  append_property(properties, "reason", "amplitude");
  append_property(properties, "split", "file:\x1b");
  append_property(properties, "offset", "9");
  EXPECT_THAT(message_lines(queue, message(test_record("S1"), properties)),
              ElementsAre(HasSubstr(R"(letter amplitude from file:\x1b at 9: record S1 )")));
  append_property(properties, "payload_bytes", "5000000");
  EXPECT_THAT(message_lines(queue, message("\x01", properties)),
              ElementsAre(HasSubstr("at 9, cut from 5000000 bytes: 1 byte: 01")));
}

TEST(TopicTest, ShowsEachRecordOfAPack) {
  std::string body;
  append_delimited(test_record("S001"), body);
  append_delimited(test_record("S002"), body);
  std::string properties;
  append_property(properties, rocketmq::kPackProperty, "2");
  const Queue queue{.broker = "b", .id = 3};
  EXPECT_THAT(message_lines(queue, message(body, properties)),
              ElementsAre(testing::ContainsRegex("^b/3/17\\.0 .* record S001 "),
                          testing::ContainsRegex("^b/3/17\\.1 .* record S002 ")));
  body.push_back('\x7f');
  EXPECT_THAT(message_lines(queue, message(body, properties)),
              ElementsAre(HasSubstr("S001"), HasSubstr("S002"), HasSubstr("no whole record in 1 byte: 7f")));
  EXPECT_THAT(message_lines(queue, message("", properties)), ElementsAre(HasSubstr("no record")));
}

TEST(TopicTest, SaysWhatStandsBetweenAMessageAndItsBody) {
  MessageView view = message("abc");
  for (const auto& [status, word] :
       {std::pair(BodyStatus::kOtherCompression, "LZ4"), std::pair(BodyStatus::kBroken, "damaged"),
        std::pair(BodyStatus::kTooLong, "too long"), std::pair(BodyStatus::kInnerBatch, "batch")}) {
    view.status = status;
    EXPECT_THAT(message_lines({.broker = "b", .id = 3}, view),
                ElementsAre(testing::AllOf(HasSubstr(word), HasSubstr("3 bytes: 61 62 63"))));
  }
}

TEST(TopicTest, LetsNoMessageMoveTheCursor) {
  std::string properties;
  append_property(properties, "KEYS", "\x1b[2J\n" + std::string(1000, 'x'));
  const auto lines = message_lines({.broker = "b\x1b", .id = 3}, message(test_record("S\x1b[2J\n"), properties));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], StartsWith(R"(b\x1b/3/17)"));
  EXPECT_THAT(lines[0], HasSubstr(R"( \x1b[2J\x0axxx)"));
  EXPECT_THAT(lines[0], HasSubstr(R"(record S\x1b[2J\x0a )"));
  EXPECT_LT(lines[0].size(), 400U);
}

TEST(TopicTest, CountsWhatQueuesHold) {
  const std::vector<QueueState> queues = {
      {.queue = {.broker = "broker-0", .id = 0}, .min = 10, .max = 1010, .committed = 1000},
      {.queue = {.broker = "broker-0", .id = 1}, .min = 5, .max = 7}};
  EXPECT_THAT(queue_table(queues, false), ElementsAre("broker   queue     min offset     max offset       messages",
                                                      "broker-0     0             10           1010           1000",
                                                      "broker-0     1              5              7              2",
                                                      "total: 2 queues, 1,002 messages"));
  EXPECT_THAT(queue_table(queues, true),
              ElementsAre("broker   queue     min offset     max offset       messages      committed            lag",
                          "broker-0     0             10           1010           1000           1000             10",
                          "broker-0     1              5              7              2              -              -",
                          "total: 2 queues, 1,002 messages, lag 10, nothing committed in 1 queue"));
  EXPECT_EQ(queue_table({queues[1]}, true).back(), "total: 1 queue, 2 messages, nothing committed by the group");
}

TEST(TopicTest, MakesATopicOnlyWhereItIsMissing) {
  const rocketmq::Masters brokers = {{"a", {}}, {"b", {}}};
  const std::vector<Queue> on_a = {{.broker = "a", .id = 0}, {.broker = "a", .id = 1}};
  EXPECT_THAT(*brokers_without("t", brokers, {}, {}, 2), ElementsAre("a", "b"));
  EXPECT_THAT(*brokers_without("t", brokers, on_a, on_a, 2), ElementsAre("b"));
  EXPECT_THAT(*brokers_without("t", {{"a", {}}}, on_a, on_a, 2), IsEmpty());
  const auto refused = brokers_without("t", brokers, on_a, on_a, 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().blame, Blame::kUser);
  EXPECT_THAT(refused.error().to_line(), StartsWith("topic t: is there already, with 2 queues on a, not 3 ("));
  EXPECT_THAT(brokers_without("t", brokers, on_a, {}, 2).error().to_line(),
              HasSubstr("2 queues to read and 0 to write"));
}

TEST(TopicTest, ExplainsItself) {
  TestProgram program;
  const auto ran = program.run({"topic"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("temblor topic FORM --help"));
  EXPECT_EQ(program.run({"topic", "--help"}).out, ran.out);
  EXPECT_THAT(program.run({"topic", "create", "--help"}).out, HasSubstr("--queues"));
  EXPECT_THAT(program.run({"topic", "describe", "--help"}).out, HasSubstr("--group"));
  EXPECT_THAT(program.run({"topic", "tail", "--help"}).out, HasSubstr("--from-start"));
}

TEST(TopicTest, RefusesMistakesInOneLine) {
  TestProgram program;
  const auto expect_error = [&](std::vector<std::string> arguments, const std::string& start) {
    arguments.insert(arguments.begin(), "topic");
    const auto ran = program.run(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, StartsWith("temblor: " + start));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
  };
  const std::string uri = "rocketmq://127.0.0.1:1/t";
  expect_error({"descibe", uri}, "descibe: nothing that can be done with a topic (did you mean describe?)");
  expect_error({"--queues", "8", "create", uri}, "--queues: no such option");
  expect_error({"tail"}, "temblor topic tail: needs to know which topic (write temblor topic tail rocketmq://");
  expect_error({"tail", "file:a"}, "file:a: is no topic of RocketMQ (write rocketmq://");
  expect_error({"tail", "rocketmq://here/t"}, "rocketmq://here/t: 'here' is no address of a name server");
  expect_error({"tail", uri + "?bounded"}, uri + "?bounded: takes no settings behind '?' here");
  expect_error({"tail", uri, uri}, "command line: \"" + uri + "\" is not expected");
  expect_error({"tail", uri, "--limit", "x"}, "--limit: \"x\" is out of range (write a whole number from 0 on)");
  expect_error({"tail", uri, "--queues", "3"}, "--queues: no such option");
  expect_error({"create", uri, "--queues", "0"},
               "--queues: \"0\" is out of range (write a whole number from 1 to 1024)");
  expect_error({"create", uri, "--queues", "1025"}, "--queues: \"1025\" is out of range");
  expect_error({"describe", uri, "--group", "a b"}, uri + ": --group: 'a b' cannot be the name of a group");
  expect_error({"describe", uri, "--group", ""}, uri + ": --group: '' cannot be the name of a group");
}

}  // namespace
}  // namespace temblor
