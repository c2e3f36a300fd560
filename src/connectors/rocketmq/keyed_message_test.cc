#include "connectors/rocketmq/keyed_message.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "connectors/rocketmq/message.h"
#include "connectors/rocketmq/message_batch.h"

namespace temblor::rocketmq {
namespace {

constexpr std::size_t kBrokersLimit = std::size_t{4} << 20;  // of a message, and of a batch

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

TEST(LetterMessages, HaveTheBytesAsTheyCame) {
  const std::string payload = bytes_of(limits::kRocketmqBodyBytes - 4096);
  const KeyedMessage message =
      LetterMessages(1).next({.split = "s", .offset = 5, .reason = "parse", .payload = payload});
  EXPECT_TRUE(message.body == payload);
  EXPECT_EQ(message.key, "s|5|parse|1.0");
  EXPECT_FALSE(find_property(message.properties, "payload_bytes"));
}

TEST(LetterMessages, AreCutWhereNoBrokerTakesThemAndSaySo) {
  const std::string splits[] = {"rocketmq:t/b/0", "file:/" + std::string(4000, ' ')};
  for (const std::string& split : splits) {
    LetterMessages messages(1);
    for (const std::size_t size : {limits::kRocketmqBodyBytes, kBrokersLimit, limits::kRocketmqFrameBytes}) {
      const std::string payload = bytes_of(size);
      const KeyedMessage message = messages.next({.split = split, .offset = 5, .reason = "parse", .payload = payload});
      EXPECT_TRUE(std::string_view(payload).starts_with(message.body));
      EXPECT_EQ(find_property(message.properties, "payload_bytes"), std::to_string(size));
      EXPECT_LE(message.properties.size() + message.key.size(), limits::kRocketmqPropertiesBytes);
      std::string all = message.properties;
      append_property(all, kKeysProperty, message.key);
      append_property(all, "temblor.writer", std::string(60, 'w'));
      std::string batch;
      append_to_batch(message.body, all, batch);
      EXPECT_LE(batch.size(), kBrokersLimit);
      EXPECT_GT(batch.size(), kBrokersLimit - 8192);
    }
  }
}

TEST(LetterMessages, SayOfWhatWasCutBeforeHowLongItWas) {
  const KeyedMessage message =
      LetterMessages(1).next({.split = "s", .reason = "frame", .payload = "bytes", .payload_bytes = 70});
  EXPECT_EQ(message.body, "bytes");
  EXPECT_EQ(find_property(message.properties, "payload_bytes"), "70");
}

}  // namespace
}  // namespace temblor::rocketmq
