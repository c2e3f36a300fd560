#include "connectors/rocketmq/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "connectors/rocketmq/big_endian.h"

namespace temblor::rocketmq {
namespace {

/// All frames of `stream`, given to a reader in pieces of `piece` bytes.
Result<std::vector<Frame>> read_all(std::string_view stream, std::size_t piece) {
  FrameReader reader("server");
  std::vector<Frame> frames;
  while (!stream.empty()) {
    const auto space = reader.space();
    const std::size_t count = std::min({space.size(), stream.size(), piece});
    std::memcpy(space.data(), stream.data(), count);
    stream.remove_prefix(count);
    reader.filled(count);
    for (;;) {
      auto frame = reader.next();
      if (!frame) return tl::unexpected(frame.error());
      if (!*frame) break;
      frames.push_back(std::move(**frame));
    }
  }
  return frames;
}

/// A frame with any header and lengths that fit.
std::string frame_of(std::string_view header, std::string_view body = {}) {
  std::string bytes;
  append_big_endian(static_cast<std::uint32_t>(4 + header.size() + body.size()), bytes);
  append_big_endian(static_cast<std::uint32_t>(header.size()), bytes);
  return bytes.append(header).append(body);
}

TEST(Frame, IsReadAsItWasWritten) {
  std::string stream;
  append_frame({.code = RequestCode::kSendBatchMessage,
                .fields = {{"topic", "a\"b\\c\x01\n%/é"}, {"queueId", "7"}},
                .body = std::string("\0body", 5)},
               42, nullptr, stream);
  append_answer(19, 43, "nothing \"new\"", {{"offset", "-1"}}, "", stream);
  for (const std::size_t piece : {1U, 3U, 7U, 1000U}) {
    const auto frames = read_all(stream, piece);
    ASSERT_TRUE(frames) << frames.error().to_line();
    ASSERT_EQ(frames->size(), 2U);
    EXPECT_EQ((*frames)[0].code, 320);
    EXPECT_EQ((*frames)[0].opaque, 42);
    EXPECT_FALSE((*frames)[0].is_response());
    EXPECT_EQ((*frames)[0].number("queueId"), 7);
    EXPECT_EQ((*frames)[0].number("topic"), std::nullopt);
    EXPECT_EQ((*frames)[0].fields.front().second, "a\"b\\c\x01\n%/é");
    EXPECT_EQ((*frames)[0].body, std::string_view("\0body", 5));
    EXPECT_EQ((*frames)[1].code, 19);
    EXPECT_TRUE((*frames)[1].is_response());
    EXPECT_EQ((*frames)[1].remark, "nothing \"new\"");
    EXPECT_EQ((*frames)[1].number("offset"), -1);
  }
}

TEST(Frame, LongOnesComeBetweenShortOnes) {
  std::string stream;
  for (int i = 0; i < 20; ++i) {
    append_answer(0, i, "", {}, std::string(static_cast<std::size_t>(i) * 20'000, static_cast<char>('a' + i)), stream);
  }
  for (const std::size_t piece : {777U, 65'536U, 1'000'000U}) {
    const auto frames = read_all(stream, piece);
    ASSERT_TRUE(frames) << frames.error().to_line();
    ASSERT_EQ(frames->size(), 20U);
    for (int i = 0; i < 20; ++i) {
      const Frame& frame = (*frames)[static_cast<std::size_t>(i)];
      EXPECT_EQ(frame.opaque, i);
      EXPECT_EQ(frame.body, std::string(static_cast<std::size_t>(i) * 20'000, static_cast<char>('a' + i)));
    }
  }
}

TEST(Frame, SignedOnesCarryTheSignature) {
  class Signer final : public RequestSigner {
   public:
    std::map<std::string, std::string> sign(const std::map<std::string, std::string>& fields,
                                            std::string_view body) const override {
      return {{"Signature", fields.at("topic") + "+" + std::string(body)}};
    }
  };
  const Signer signer;
  std::string stream;
  append_frame({.code = RequestCode::kPullMessage, .fields = {{"topic", "t"}}, .body = "b"}, 1, &signer, stream);
  const auto frames = read_all(stream, 1000);
  ASSERT_TRUE(frames);
  EXPECT_NE(std::find(frames->front().fields.begin(), frames->front().fields.end(),
                      std::pair<std::string, std::string>("Signature", "t+b")),
            frames->front().fields.end());
}

TEST(Frame, GarbageIsAnError) {
  std::string too_long;
  append_big_endian(static_cast<std::uint32_t>(limits::kRocketmqFrameBytes + 1), too_long);
  std::string lying = frame_of("{}");
  lying[7] = 100;
  std::string binary = frame_of("{}");
  binary[4] = 1;
  std::string unknown = frame_of("{}");
  unknown[4] = 2;
  std::string cut_fields;
  append_answer(0, 1, "", {{"name", "value"}}, "", cut_fields);
  ++cut_fields[8 + 13 + 4 + 3 - 0];  // the length of the fields
  const std::string bad[] = {
      too_long,
      lying,
      binary,
      unknown,
      cut_fields,
      std::string("\0\0\0\2ab", 6),
      frame_of("nonsense"),
      frame_of("[1]"),
      frame_of("{\"code\":"),
      "HTTP/1.1 400 Bad Request\r\n\r\n",
  };
  for (const std::string& bytes : bad) {
    const auto frames = read_all(bytes, 1000);
    ASSERT_FALSE(frames) << bytes;
    EXPECT_EQ(frames.error().blame, Blame::kWorld);
    EXPECT_EQ(frames.error().where, "server");
    EXPECT_FALSE(frames.error().remedy.empty());
  }
}

TEST(Frame, JsonIsReadWithAndWithoutEscapes) {
  for (const std::string remark : {"plain", "\\u0070lain", "pl\\u0061in"}) {
    const auto frames =
        read_all(frame_of(R"({"code":17,"extFields":{"offset":"42","x":""},"flag":1,"opaque":7,"remark":")" + remark +
                              R"(","version":479})",
                          "body"),
                 1000);
    ASSERT_TRUE(frames) << frames.error().to_line();
    const Frame& frame = frames->front();
    EXPECT_EQ(frame.code, 17);
    EXPECT_EQ(frame.opaque, 7);
    EXPECT_TRUE(frame.is_response());
    EXPECT_EQ(frame.remark, "plain");
    EXPECT_EQ(frame.fields.size(), 2U);
    EXPECT_EQ(frame.number("offset"), 42);
    EXPECT_EQ(frame.body, "body");
  }
}

TEST(Frame, OddHeadersAreTakenAsTheyAre) {
  const auto frames = read_all(frame_of(R"({"code":"x","opaque":null,"extFields":{"n":5,"l":[1]},"remark":7})"), 1000);
  ASSERT_TRUE(frames) << frames.error().to_line();
  EXPECT_EQ(frames->front().code, 0);
  EXPECT_EQ(frames->front().number("n"), 5);
  EXPECT_EQ(frames->front().remark, "7");
}

TEST(Frame, DeepHeadersDoNotExhaustTheStack) {
  const std::string deep = std::string(250'000, '[') + std::string(250'000, ']');
  const auto frames =
      read_all(frame_of(R"({"code":1,"remark":)" + deep + R"(,"extFields":{"a":)" + deep + "}}"), 1 << 16);
  ASSERT_TRUE(frames) << frames.error().to_line();
  EXPECT_EQ(frames->front().code, 1);
  EXPECT_EQ(frames->front().remark, "");
}

}  // namespace
}  // namespace temblor::rocketmq
