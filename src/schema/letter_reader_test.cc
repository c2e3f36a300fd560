#include "schema/letter_reader.h"

#include <gtest/gtest.h>

#include "proto/letter.pb.h"

namespace temblor {
namespace {

TEST(LetterReaderTest, ReadsWhatIsWrittenHereAndByTheLibrary) {
  const Letter letters[] = {{},
                            {.split = "rocketmq:t/b/0",
                             .offset = 7,
                             .end_offset = 1LL << 40U,
                             .reason = "late",
                             .time_ms = -5,
                             .payload = {"\0bytes", 6},
                             .count = 3,
                             .payload_bytes = 70}};
  for (const Letter& letter : letters) {
    std::string bytes;
    serialize(letter, bytes);
    v1::Letter theirs;
    ASSERT_TRUE(theirs.ParseFromString(bytes));
    const std::string library = theirs.SerializeAsString();
    for (const std::string& each : {bytes, library}) {
      const auto read = read_letter(each);
      ASSERT_TRUE(read);
      EXPECT_EQ(read->split, theirs.split());
      EXPECT_EQ(read->offset, theirs.offset());
      EXPECT_EQ(read->end_offset, theirs.end_offset());
      EXPECT_EQ(read->reason, theirs.reason());
      EXPECT_EQ(read->time_ms, theirs.time());
      EXPECT_EQ(read->payload, theirs.payload());
      EXPECT_EQ(read->count, theirs.count());
      EXPECT_EQ(read->payload_bytes, theirs.payload_bytes());
    }
    // Only between two fields may it be torn unseen.
    int whole = 0;
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      whole += read_letter(std::string_view(bytes).substr(0, size)) ? 1 : 0;
    }
    EXPECT_EQ(whole, letter.split.empty() ? 0 : 7);
  }
}

TEST(LetterReaderTest, KnowsHowLongWhatIsCutWas) {
  Letter letter{.split = "s", .reason = "parse", .payload = "12345"};
  cut_payload(letter, 5);
  EXPECT_EQ(letter.payload_bytes, 0);
  cut_payload(letter, 4);
  cut_payload(letter, 3);
  EXPECT_EQ(letter.payload, "123");
  EXPECT_EQ(letter.payload_bytes, 5);
}

TEST(LetterReaderTest, RefusesWhatIsNone) {
  for (const char* bytes : {"\x80", "\x0A\x05tail", "\x48\x01", "\x09\x01\x01\x01\x01\x01\x01\x01\x01"}) {
    EXPECT_FALSE(read_letter(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace temblor
