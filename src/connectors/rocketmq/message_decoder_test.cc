#include "connectors/rocketmq/message_decoder.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "connectors/rocketmq/protocol.h"
#include "testing/stored_message.h"

namespace temblor::rocketmq {
namespace {

/// The only message of `bytes`.
MessageView decode_one(MessageDecoder& decoder, const std::string& bytes) {
  MessageView message;
  decoder.begin(bytes);
  EXPECT_EQ(decoder.next(message), MessageDecoder::Next::kMessage);
  MessageView none;
  EXPECT_EQ(decoder.next(none), MessageDecoder::Next::kEnd);
  return message;
}

TEST(MessageDecoder, ReadsAllFields) {
  for (const std::int32_t hosts :
       {0, kMessageBornHostV6, kMessageStoreHostV6, kMessageBornHostV6 | kMessageStoreHostV6}) {
    for (const bool long_topic : {false, true}) {
      std::string bytes;
      append_stored({.offset = 1LL << 40,
                     .queue_id = 3,
                     .system_flags = hosts,
                     .born_ms = 1'700'000'000'000,
                     .stored_ms = 1'700'000'000'001,
                     .body = "body",
                     .topic = "topic",
                     .properties = "KEYS\x01key\x02",
                     .long_topic = long_topic},
                    bytes);
      MessageDecoder decoder;
      const MessageView message = decode_one(decoder, bytes);
      EXPECT_EQ(message.offset, 1LL << 40);
      EXPECT_EQ(message.queue_id, 3);
      EXPECT_EQ(message.born, timestamp_from_ms(1'700'000'000'000));
      EXPECT_EQ(message.stored, timestamp_from_ms(1'700'000'000'001));
      EXPECT_EQ(message.body, "body");
      EXPECT_EQ(message.topic, "topic");
      EXPECT_EQ(find_property(message.properties, "KEYS"), "key");
      EXPECT_EQ(message.status, BodyStatus::kGood);
    }
  }
}

TEST(MessageDecoder, InflatesBodiesAndKeepsThemUntilTheNextReply) {
  std::string bytes;
  const std::string first = deflated(std::string(100'000, 'a'));
  const std::string second = deflated("b");
  append_stored({.system_flags = kMessageCompressed, .body = first}, bytes);
  append_stored({.system_flags = kMessageCompressed | kMessageCompressionZlib, .body = second}, bytes);
  MessageDecoder decoder;
  decoder.begin(bytes);
  MessageView one;
  MessageView two;
  ASSERT_EQ(decoder.next(one), MessageDecoder::Next::kMessage);
  ASSERT_EQ(decoder.next(two), MessageDecoder::Next::kMessage);
  EXPECT_EQ(one.body, std::string(100'000, 'a'));
  EXPECT_EQ(two.body, "b");
}

TEST(MessageDecoder, SaysWhatIsWrongWithABody) {
  const std::string bomb = deflated(std::string(limits::kMessageBytes + 1, '\0'));
  const std::string most = deflated(std::string(limits::kMessageBytes, '\0'));
  const std::string cut = deflated("something to be cut").substr(0, 10);
  const struct {
    StoredMessage message;
    BodyStatus status;
  } cases[] = {
      {{.body = "x", .wrong_checksum = true}, BodyStatus::kBroken},
      {{.system_flags = kMessageCompressed, .body = "no zlib"}, BodyStatus::kBroken},
      {{.system_flags = kMessageCompressed, .body = cut}, BodyStatus::kBroken},
      {{.system_flags = kMessageCompressed, .body = ""}, BodyStatus::kBroken},
      {{.system_flags = kMessageCompressed, .body = bomb}, BodyStatus::kTooLong},
      {{.system_flags = kMessageCompressed, .body = most}, BodyStatus::kGood},
      {{.system_flags = kMessageCompressed | 1 << 8, .body = "lz4"}, BodyStatus::kOtherCompression},
      {{.system_flags = kMessageCompressed | 2 << 8, .body = "zstd"}, BodyStatus::kOtherCompression},
      {{.system_flags = kMessageInnerBatch | kMessageNeedUnwrap, .body = "many"}, BodyStatus::kInnerBatch},
      {{.body = ""}, BodyStatus::kGood},
  };
  MessageDecoder decoder;
  for (const auto& [stored, status] : cases) {
    std::string bytes;
    append_stored(stored, bytes);
    const MessageView message = decode_one(decoder, bytes);
    EXPECT_EQ(message.status, status) << stored.system_flags;
    if (status != BodyStatus::kGood) {
      EXPECT_EQ(message.body, stored.body);
    }
  }
}

TEST(MessageDecoder, CutOrDamagedMessagesAreNone) {
  std::string whole;
  append_stored({.body = "body", .topic = "topic", .properties = "k\x01v\x02"}, whole);
  MessageDecoder decoder;
  MessageView message;
  for (std::size_t length = 1; length < whole.size(); ++length) {
    std::string cut = whole.substr(0, length);
    decoder.begin(cut);
    EXPECT_EQ(decoder.next(message), MessageDecoder::Next::kBroken);
    EXPECT_EQ(decoder.rest(), cut);
    if (length < 4) continue;
    // The length says that this is all there is.
    cut[2] = 0;
    cut[3] = static_cast<char>(length);
    decoder.begin(cut);
    EXPECT_EQ(decoder.next(message), MessageDecoder::Next::kBroken);
  }
  whole[4] = 'x';
  decoder.begin(whole);
  EXPECT_EQ(decoder.next(message), MessageDecoder::Next::kBroken);
}

TEST(Property, IsFoundByItsWholeName) {
  std::string properties;
  append_property(properties, "KEY", "1");
  append_property(properties, "KEYS", "2");
  properties +=
      "LAST\x01"
      "3";
  EXPECT_EQ(find_property(properties, "KEYS"), "2");
  EXPECT_EQ(find_property(properties, "KEY"), "1");
  EXPECT_EQ(find_property(properties, "LAST"), "3");
  EXPECT_EQ(find_property(properties, "EYS"), std::nullopt);
  EXPECT_EQ(find_property(properties, "2"), std::nullopt);
  EXPECT_EQ(find_property("", "KEY"), std::nullopt);
  EXPECT_EQ(find_property("\x02\x02KEY\x01v", "KEY"), "v");
}

}  // namespace
}  // namespace temblor::rocketmq
