#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace temblor {

namespace v1 {
class CheckpointFrame;
}

/// The bytes around the frames of a checkpoint file: the magic, then for each frame its length (4 bytes,
/// little-endian), the XXH3-64 of its bytes (8 bytes, little-endian), and the bytes, a CheckpointFrame.
inline constexpr std::string_view kCheckpointMagic = "temblorC";

inline constexpr std::size_t kFrameHeadBytes = 12;

/// No frame is longer; a longer length is damage.
inline constexpr std::uint32_t kLongestFrame = std::uint32_t{64} << 20;

struct FrameHead {
  std::uint32_t length = 0;
  std::uint64_t checksum = 0;
};

inline void put_frame_head(const FrameHead& head, char* at) {
  std::memcpy(at, &head.length, sizeof(head.length));
  std::memcpy(at + sizeof(head.length), &head.checksum, sizeof(head.checksum));
}

inline FrameHead get_frame_head(const char* at) {
  FrameHead head;
  std::memcpy(&head.length, at, sizeof(head.length));
  std::memcpy(&head.checksum, at + sizeof(head.length), sizeof(head.checksum));
  return head;
}

/// Appends one frame with what stands before it.
void append_frame(const v1::CheckpointFrame& frame, std::string& out);

}  // namespace temblor
