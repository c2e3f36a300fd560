#include "connectors/rocketmq/message_decoder.h"

#include <libdeflate.h>

#include <algorithm>
#include <deque>

#include "base/limits.h"
#include "connectors/rocketmq/big_endian.h"
#include "connectors/rocketmq/protocol.h"

namespace temblor::rocketmq {
namespace {

/// The fixed part of a message, up to the born host: where each field begins.
constexpr std::size_t kMagicAt = 4;
constexpr std::size_t kBodyCrcAt = 8;
constexpr std::size_t kQueueIdAt = 12;
constexpr std::size_t kQueueOffsetAt = 20;
constexpr std::size_t kSystemFlagsAt = 36;
constexpr std::size_t kBornTimestampAt = 40;
constexpr std::size_t kBornHostAt = 48;
/// Behind the hosts: the store timestamp between them, times consumed (4), the offset of a transaction (8).
constexpr std::size_t kHostBytes = 8;
constexpr std::size_t kHostV6Bytes = 20;

constexpr std::int64_t kHighestOffset = std::int64_t{1} << 62;

std::uint32_t body_crc(std::string_view body) {
  return libdeflate_crc32(0, body.data(), body.size()) & 0x7FFFFFFFU;  // UtilAll.java keeps it positive
}

/// Reads a message's variable part from front to back.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  template <class Number>
  bool number(Number& value) {
    if (bytes_.size() - at_ < sizeof(Number)) return false;
    value = load_big_endian<Number>(bytes_, at_);
    at_ += sizeof(Number);
    return true;
  }
  bool skip(std::size_t length) {
    if (bytes_.size() - at_ < length) return false;
    at_ += length;
    return true;
  }
  /// Bytes with their length before them.
  template <class Length>
  bool text(std::string_view& value) {
    Length length{};
    if (!number(length)) return false;
    const std::size_t begin = at_;
    if (!skip(length)) return false;
    value = bytes_.substr(begin, length);
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

}  // namespace

/// Inflates bodies and keeps them until the next reply.
class MessageDecoder::Inflater {
 public:
  Inflater() : decompressor_(libdeflate_alloc_decompressor()) {}
  ~Inflater() { libdeflate_free_decompressor(decompressor_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void forget() { bodies_.clear(); }

  BodyStatus inflate(std::string_view& body) {
    if (decompressor_ == nullptr) return BodyStatus::kBroken;
    std::string& out = bodies_.emplace_back();
    // How long it becomes is not said anywhere: where there is no room for all, it is done again with more.
    for (std::size_t room = 8 * body.size();; room *= 2) {
      out.resize(std::clamp<std::size_t>(room, 4096, limits::kMessageBytes));
      std::size_t size = 0;
      const libdeflate_result result =
          libdeflate_zlib_decompress(decompressor_, body.data(), body.size(), out.data(), out.size(), &size);
      if (result == LIBDEFLATE_SUCCESS) {
        out.resize(size);
        body = out;
        return BodyStatus::kGood;
      }
      if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return refuse(BodyStatus::kBroken);
      if (out.size() == limits::kMessageBytes) return refuse(BodyStatus::kTooLong);
    }
  }

 private:
  BodyStatus refuse(BodyStatus status) {
    bodies_.pop_back();
    return status;
  }

  libdeflate_decompressor* decompressor_;
  std::deque<std::string> bodies_;  ///< a deque, because views point into it while it grows
};

MessageDecoder::MessageDecoder() = default;
MessageDecoder::~MessageDecoder() = default;

void MessageDecoder::begin(std::string_view body) {
  rest_ = body;
  if (inflater_ != nullptr) inflater_->forget();
}

MessageDecoder::Next MessageDecoder::next(MessageView& message) {
  if (rest_.empty()) return Next::kEnd;
  if (rest_.size() < kBornHostAt) return Next::kBroken;
  const std::size_t size = load_big_endian<std::uint32_t>(rest_, 0);
  const auto magic = load_big_endian<std::uint32_t>(rest_, kMagicAt);
  if (size < kBornHostAt || size > rest_.size()) return Next::kBroken;
  if (magic != kMessageMagic && magic != kMessageMagicV2) return Next::kBroken;
  const std::string_view bytes = rest_.substr(0, size);

  const auto flags = load_big_endian<std::int32_t>(bytes, kSystemFlagsAt);
  message.system_flags = flags;
  message.queue_id = load_big_endian<std::int32_t>(bytes, kQueueIdAt);
  message.offset = load_big_endian<std::int64_t>(bytes, kQueueOffsetAt);
  message.born = timestamp_from_ms(load_big_endian<std::int64_t>(bytes, kBornTimestampAt));
  Cursor cursor(bytes, kBornHostAt);
  std::int64_t stored = 0;
  if (!cursor.skip((flags & kMessageBornHostV6) != 0 ? kHostV6Bytes : kHostBytes) || !cursor.number(stored) ||
      !cursor.skip((flags & kMessageStoreHostV6) != 0 ? kHostV6Bytes : kHostBytes) || !cursor.skip(12) ||
      !cursor.text<std::uint32_t>(message.body)) {
    return Next::kBroken;
  }
  // What is no offset and no time would break the arithmetic of whoever reads on from there.
  if (message.offset < 0 || message.offset > kHighestOffset) return Next::kBroken;
  message.stored = std::clamp(timestamp_from_ms(stored), kEarliest, kLatest);
  const bool topic_read =
      magic == kMessageMagicV2 ? cursor.text<std::uint16_t>(message.topic) : cursor.text<std::uint8_t>(message.topic);
  if (!topic_read || !cursor.text<std::uint16_t>(message.properties)) return Next::kBroken;
  rest_.remove_prefix(size);

  message.status = BodyStatus::kGood;
  if ((flags & (kMessageInnerBatch | kMessageNeedUnwrap)) != 0) {
    message.status = BodyStatus::kInnerBatch;
  } else if (body_crc(message.body) != load_big_endian<std::uint32_t>(bytes, kBodyCrcAt) && !message.body.empty()) {
    message.status = BodyStatus::kBroken;
  } else if ((flags & kMessageCompressed) != 0) {
    const std::int32_t kind = flags & kMessageCompressionMask;
    if (kind != kMessageCompressionZlib && kind != kMessageCompressionZlibOld) {
      message.status = BodyStatus::kOtherCompression;
    } else {
      if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
      message.status = inflater_->inflate(message.body);
    }
  }
  return Next::kMessage;
}

}  // namespace temblor::rocketmq
