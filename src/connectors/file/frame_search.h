#pragma once

#include <cstddef>
#include <string_view>

namespace temblor {

/// How far a search for messages came in a stream of delimited SeismicRecords whose framing is lost.
struct FrameSearch {
  enum class Status : unsigned char {
    kFound,      ///< messages seem to begin again after `skipped` bytes
    kGoOn,       ///< not among the first `skipped` bytes; call again with the rest
    kNeedsMore,  ///< not among the first `skipped` bytes, and the rest is too short to tell
  };
  Status status = Status::kGoOn;
  std::size_t skipped = 0;
};

/// Looks for the first place in `bytes` at which two frames in a row, or one up to the end of the stream, hold
/// SeismicRecords with a sensor id: one alone turns up in any noise. `final` says that the stream ends with `bytes`;
/// then the answer is never kNeedsMore. Looks at no more than `places` places, so that the time is bounded:
/// messages above 1 KiB are not looked for, which keeps it linear whatever the bytes are.
FrameSearch find_frames(std::string_view bytes, bool final, std::size_t places);

}  // namespace temblor
