// Any bytes as a checkpoint. Whatever they are, reading ends, with an error or with windows that can be closed.
// Where the first byte is odd the rest are frames, a length of two bytes before each, that get right checksums, a
// header and a footer, so that what lies behind those is reached too.
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/assert.h"
#include "checkpoint/checkpoint_format.h"
#include "checkpoint/frame.h"
#include "proto/checkpoint.pb.h"

namespace temblor {
namespace {

class BytesFile final : public InputFile {
 public:
  explicit BytesFile(std::string_view bytes) : rest_(bytes) {}

  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min(into.size(), rest_.size());
    if (count != 0) std::memcpy(into.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

void append_raw_frame(std::string_view bytes, std::string& out) {
  char head[kFrameHeadBytes];
  put_frame_head(
      {.length = static_cast<std::uint32_t>(bytes.size()), .checksum = XXH3_64bits(bytes.data(), bytes.size())}, head);
  out.append(head, sizeof(head));
  out += bytes;
}

std::string with_checksums(std::string_view data) {
  std::string out(kCheckpointMagic);
  v1::CheckpointFrame header;
  header.mutable_header()->set_format_version(kCheckpointFormat);
  append_frame(header, out);
  std::uint64_t frames = 1;
  while (data.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(data[0]) + 256U * static_cast<std::uint8_t>(data[1]);
    data.remove_prefix(2);
    append_raw_frame(data.substr(0, length), out);
    data.remove_prefix(std::min(length, data.size()));
    ++frames;
  }
  v1::CheckpointFrame footer;
  footer.mutable_footer()->set_frames(frames);
  append_frame(footer, out);
  return out;
}

void check(std::string_view bytes) {
  BytesFile file(bytes);
  WindowOperator windows({.window = Milliseconds(1000), .max_sensors = 1000, .shards = 2});
  std::size_t sensors = 0;
  const auto read = read_checkpoint(file, "a file", [&](Timestamp start, std::string_view id, const Aggregate& sum) {
    windows.restore(start, id, ++sensors, sum);
  });
  if (!read) {
    TEMBLOR_ASSERT(!read.error().to_line().empty());
    return;
  }
  TEMBLOR_ASSERT(windows.open_results() == sensors);
  windows.restore_closed_through(read->facts.closed_through);
  std::size_t rows = 0;
  for (const WindowResults& window : windows.advance(kAfterAll)) rows += window.rows.size();
  TEMBLOR_ASSERT(rows == sensors);
}

}  // namespace
}  // namespace temblor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  temblor::check(data[0] % 2 == 0 ? std::string(rest) : temblor::with_checksums(rest));
  return 0;
}
