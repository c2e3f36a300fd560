// Any bytes as a letter. Whatever they are: what is read from them is what libprotobuf reads, and is read from its own
// bytes again. Fields that are not known are refused here and not there.
#include <cstdint>

#include "base/assert.h"
#include "proto/letter.pb.h"
#include "schema/letter_reader.h"

namespace temblor {
namespace {

void check_same(const Letter& letter, const v1::Letter& theirs) {
  TEMBLOR_ASSERT(letter.split == theirs.split() && letter.offset == theirs.offset());
  TEMBLOR_ASSERT(letter.end_offset == theirs.end_offset() && letter.reason == theirs.reason());
  TEMBLOR_ASSERT(letter.time_ms == theirs.time() && letter.payload == theirs.payload());
  TEMBLOR_ASSERT(letter.count == theirs.count() && letter.payload_bytes == theirs.payload_bytes());
}

}  // namespace
}  // namespace temblor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace temblor;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto letter = read_letter(bytes);
  if (!letter) return 0;
  std::string again;
  serialize(*letter, again);
  v1::Letter theirs;
  // libprotobuf refuses what is no UTF-8, and numbers of fields that are written with more bytes than a tag may have.
  if (theirs.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) check_same(*letter, theirs);
  const auto read = read_letter(again);
  TEMBLOR_ASSERT(read.has_value());
  TEMBLOR_ASSERT(read->split == letter->split && read->payload == letter->payload && read->count == letter->count);
  return 0;
}
