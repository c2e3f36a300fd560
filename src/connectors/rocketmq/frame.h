#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "connectors/rocketmq/protocol.h"
#include "connectors/rocketmq/request_signer.h"

namespace temblor::rocketmq {

/// What a server is asked. The names of fields are literals.
struct Request {
  RequestCode code{};
  std::vector<std::pair<std::string_view, std::string>> fields{};
  std::string body{};
};

/// One frame that came in, a server's answer or a request of its own.
struct Frame {
  std::int32_t code = 0;
  std::int32_t opaque = 0;  ///< which request this answers
  std::int32_t flag = 0;
  std::string remark;  ///< a server's words, for people
  std::vector<std::pair<std::string, std::string>> fields;
  std::shared_ptr<const std::string> bytes;  ///< all of the frame behind its length
  std::string_view body;                     ///< in `bytes`

  [[nodiscard]] bool is_response() const { return (flag & kFlagResponse) != 0; }
  /// A field as a number; none where it is missing or no number.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
};

/// Appends a request as bytes to be sent. `opaque` is returned by its answer. `signer` may be none.
/// Format (RemotingCommand.java), big-endian: 4 bytes length of all behind it; 1 byte kind of header; 3 bytes length of
/// the header; header; body. Headers are written in the binary kind (1), the cheaper one, which every server reads; it
/// answers in the kind it is set up for, JSON (0) as a rule.
void append_frame(const Request& request, std::int32_t opaque, const RequestSigner* signer, std::string& out);

/// The same for an answer: what a server sends, for the doubles of tests.
void append_answer(std::int32_t code, std::int32_t opaque, std::string_view remark,
                   const std::vector<std::pair<std::string_view, std::string>>& fields, std::string_view body,
                   std::string& out);

/// Reads a frame, given without its length. Garbage is the world's error; `where` names the server in it.
Result<Frame> parse_frame(std::shared_ptr<const std::string> bytes, std::string_view where);

/// Cuts a stream of bytes into frames: small ones are read many at a time, a long one is read straight to where it
/// stays. One thread at a time.
class FrameReader {
 public:
  explicit FrameReader(std::string where) : where_(std::move(where)) {}

  /// Where to put the next bytes: never empty, valid until the next call.
  std::span<char> space();
  /// The first `count` bytes of space() have come.
  void filled(std::size_t count);
  /// The next frame, if it is there whole. After an error the stream is of no more use.
  Result<std::optional<Frame>> next();

 private:
  std::string where_;
  std::string staging_;  ///< bytes as they come, from begin_ to end_
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::shared_ptr<std::string> long_;  ///< a frame that does not fit into staging_, as far as it has come
  std::size_t long_filled_ = 0;
};

}  // namespace temblor::rocketmq
