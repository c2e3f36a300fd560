#include "connectors/file/frame_search.h"

#include <algorithm>

#include "schema/deserializer.h"

namespace temblor {
namespace {

/// No sensor's reading is longer, but for unknown fields.
constexpr std::size_t kLongestSought = 1024;

enum class Verdict : unsigned char { kYes, kNo, kNeedsMore };

bool holds_record(std::string_view message) {
  Record record;
  return deserialize(message, record) && !record.sensor_id.empty();
}

/// Whether messages begin with `bytes`.
Verdict judge(std::string_view bytes, bool final) {
  const Verdict cut_off = final ? Verdict::kNo : Verdict::kNeedsMore;
  for (int frames = 0; frames < 2; ++frames) {
    if (bytes.empty() && frames == 1 && final) return Verdict::kYes;
    const FrameLength frame = read_frame_length(bytes);
    if (frame.status == FrameLength::Status::kTorn) return cut_off;
    if (frame.status == FrameLength::Status::kMalformed || frame.length > kLongestSought) return Verdict::kNo;
    if (bytes.size() - frame.prefix < frame.length) return cut_off;
    if (!holds_record(bytes.substr(frame.prefix, frame.length))) return Verdict::kNo;
    bytes.remove_prefix(frame.prefix + frame.length);
  }
  return Verdict::kYes;
}

}  // namespace

FrameSearch find_frames(std::string_view bytes, bool final, std::size_t places) {
  const std::size_t end = std::min(bytes.size(), places);
  for (std::size_t at = 0; at < end; ++at) {
    switch (judge(bytes.substr(at), final)) {
      case Verdict::kYes:
        return {.status = FrameSearch::Status::kFound, .skipped = at};
      case Verdict::kNeedsMore:
        return {.status = FrameSearch::Status::kNeedsMore, .skipped = at};
      case Verdict::kNo:
        break;
    }
  }
  const bool exhausted = end == bytes.size() && !final;
  return {.status = exhausted ? FrameSearch::Status::kNeedsMore : FrameSearch::Status::kGoOn, .skipped = end};
}

}  // namespace temblor
