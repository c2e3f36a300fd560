#include "connectors/rocketmq/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/limits.h"
#include "connectors/rocketmq/big_endian.h"

namespace temblor::rocketmq {
namespace {

constexpr std::size_t kStagingBytes = std::size_t{64} << 10;
constexpr std::size_t kLengthBytes = 4;
/// Headers are small: the longest that is known lists the ids of a batch of messages.
constexpr std::size_t kHeaderBytes = std::size_t{1} << 20;

constexpr std::uint8_t kJsonHeader = 0;
constexpr std::uint8_t kBinaryHeader = 1;
constexpr std::uint8_t kLanguageCpp = 1;

void append_field(std::string_view name, std::string_view value, std::string& out) {
  append_big_endian(static_cast<std::uint16_t>(name.size()), out);
  out += name;
  append_big_endian(static_cast<std::uint32_t>(value.size()), out);
  out += value;
}

void put_length(std::string& out, std::size_t at, std::size_t length) {
  std::string bytes;
  append_big_endian(static_cast<std::uint32_t>(length), bytes);
  out.replace(at, bytes.size(), bytes);
}

/// Writes all but the fields and the body, and says where the frame begins: its lengths are known at its end.
std::size_t begin_frame(std::int32_t code, std::int32_t opaque, std::int32_t flag, std::string_view remark,
                        std::string& out) {
  const std::size_t begin = out.size();
  out.append(2 * kLengthBytes, '\0');
  append_big_endian(static_cast<std::int16_t>(code), out);
  append_big_endian(kLanguageCpp, out);
  append_big_endian(static_cast<std::int16_t>(kProtocolVersion), out);
  append_big_endian(opaque, out);
  append_big_endian(flag, out);
  append_big_endian(static_cast<std::uint32_t>(remark.size()), out);
  out += remark;
  out.append(kLengthBytes, '\0');
  return begin;
}

void end_frame(std::size_t begin, std::size_t fields_begin, std::string_view body, std::string& out) {
  const std::size_t header = out.size() - begin - 2 * kLengthBytes;
  put_length(out, begin, kLengthBytes + header + body.size());
  put_length(out, begin + kLengthBytes, header);
  out[begin + kLengthBytes] = static_cast<char>(kBinaryHeader);
  put_length(out, fields_begin - kLengthBytes, out.size() - fields_begin);
  out += body;
}

/// Takes `length` bytes from the front of `rest`; none where there are fewer.
std::optional<std::string_view> take(std::string_view& rest, std::size_t length) {
  if (rest.size() < length) return std::nullopt;
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

/// A text with its length before it.
template <class Length>
std::optional<std::string_view> take_text(std::string_view& rest) {
  const auto length = take(rest, sizeof(Length));
  return length ? take(rest, load_big_endian<Length>(*length, 0)) : std::nullopt;
}

/// Reads a binary header (RocketMQSerializable.java): 2 bytes code, 1 language, 2 version, 4 opaque, 4 flag, remark,
/// fields. Says whether it is one.
bool parse_binary(std::string_view header, Frame& frame) {
  constexpr std::size_t kFixedBytes = 13;
  const auto fixed = take(header, kFixedBytes);
  if (!fixed) return false;
  frame.code = load_big_endian<std::int16_t>(*fixed, 0);
  frame.opaque = load_big_endian<std::int32_t>(*fixed, 5);
  frame.flag = load_big_endian<std::int32_t>(*fixed, 9);
  const auto remark = take_text<std::uint32_t>(header);
  if (!remark) return false;
  frame.remark = *remark;
  if (header.empty()) return true;
  auto fields = take_text<std::uint32_t>(header);
  if (!fields) return false;
  while (!fields->empty()) {
    const auto name = take_text<std::uint16_t>(*fields);
    const auto value = name ? take_text<std::uint32_t>(*fields) : std::nullopt;
    if (!value) return false;
    frame.fields.emplace_back(*name, *value);
  }
  return true;
}

/// What holds other values is no text: writing it would go as deep as it does.
std::string as_text(const nlohmann::json& value) {
  if (value.is_structured()) return {};
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::int32_t integer(const nlohmann::json& header, const char* name) {
  const auto found = header.find(name);
  return found != header.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
}

/// Reads the headers that servers write as a rule: one object, numbers and strings without escapes, fields. An answer
/// to a batch lists the ids of all its messages, tens of kilobytes in one string, which a whole JSON parser walks
/// through byte by byte. Says whether it was such a header; the parser reads all others.
class PlainHeader {
 public:
  PlainHeader(std::string_view text, Frame& frame) : rest_(text), frame_(frame) {}

  bool parse() {
    return parse_object([this](std::string_view name) { return parse_member(name); }) && rest_.empty();
  }

 private:
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool parse_string(std::string_view& value) {
    if (!skip('"')) return false;
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return value.find('\\') == std::string_view::npos;
  }

  template <class Member>
  bool parse_object(const Member& member) {
    if (!skip('{')) return false;
    if (skip('}')) return true;
    do {
      std::string_view name;
      if (!parse_string(name) || !skip(':') || !member(name)) return false;
    } while (skip(','));
    return skip('}');
  }

  bool parse_member(std::string_view name) {
    if (name == "extFields") {
      return parse_object([this](std::string_view field) {
        std::string_view value;
        if (!parse_string(value)) return false;
        frame_.fields.emplace_back(field, value);
        return true;
      });
    }
    if (!rest_.empty() && rest_.front() == '"') {
      std::string_view value;
      if (!parse_string(value)) return false;
      if (name == "remark") frame_.remark = value;
      return true;
    }
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (name == "code") frame_.code = number;
    if (name == "opaque") frame_.opaque = number;
    if (name == "flag") frame_.flag = number;
    return true;
  }

  std::string_view rest_;
  Frame& frame_;
};

/// Reads a JSON header (RemotingCommand.java); what is not as it should be counts as missing.
bool parse_json(std::string_view text, Frame& frame) {
  if (PlainHeader(text, frame).parse()) return true;
  frame = Frame{};
  const auto header = nlohmann::json::parse(text, nullptr, false);
  if (!header.is_object()) return false;
  frame.code = integer(header, "code");
  frame.opaque = integer(header, "opaque");
  frame.flag = integer(header, "flag");
  if (const auto remark = header.find("remark"); remark != header.end() && !remark->is_null()) {
    frame.remark = as_text(*remark);
  }
  if (const auto fields = header.find("extFields"); fields != header.end() && fields->is_object()) {
    for (const auto& [name, value] : fields->items()) frame.fields.emplace_back(name, as_text(value));
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> Frame::number(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  if (found == fields.end()) return std::nullopt;
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void append_frame(const Request& request, std::int32_t opaque, const RequestSigner* signer, std::string& out) {
  const std::size_t begin = begin_frame(static_cast<std::int32_t>(request.code), opaque, 0, {}, out);
  const std::size_t fields_begin = out.size();
  for (const auto& [name, value] : request.fields) append_field(name, value, out);
  if (signer != nullptr) {
    const std::map<std::string, std::string> fields(request.fields.begin(), request.fields.end());
    for (const auto& [name, value] : signer->sign(fields, request.body)) append_field(name, value, out);
  }
  end_frame(begin, fields_begin, request.body, out);
}

void append_answer(std::int32_t code, std::int32_t opaque, std::string_view remark,
                   const std::vector<std::pair<std::string_view, std::string>>& fields, std::string_view body,
                   std::string& out) {
  const std::size_t begin = begin_frame(code, opaque, kFlagResponse, remark, out);
  const std::size_t fields_begin = out.size();
  for (const auto& [name, value] : fields) append_field(name, value, out);
  end_frame(begin, fields_begin, body, out);
}

Result<Frame> parse_frame(std::shared_ptr<const std::string> bytes, std::string_view where) {
  const auto broken = [&](std::string what) {
    return world_error(std::string(where), std::move(what), "check that a RocketMQ server listens there");
  };
  const std::string_view all = *bytes;
  if (all.size() < kLengthBytes) return broken("answers with a frame that is too short");
  const auto lengths = load_big_endian<std::uint32_t>(all, 0);
  const std::size_t header_length = lengths & 0xFFFFFFU;
  if (header_length > std::min(all.size() - kLengthBytes, kHeaderBytes)) {
    return broken(fmt::format("answers with a header of {} bytes in a frame of {}", header_length, all.size()));
  }
  const std::string_view header = all.substr(kLengthBytes, header_length);
  Frame frame;
  switch (lengths >> 24U) {
    case kJsonHeader:
      if (!parse_json(header, frame)) return broken("answers with a header that is no JSON object");
      break;
    case kBinaryHeader:
      if (!parse_binary(header, frame)) return broken("answers with a header whose lengths do not fit");
      break;
    default:
      return broken("answers with a header of an unknown kind");
  }
  frame.body = all.substr(kLengthBytes + header_length);
  frame.bytes = std::move(bytes);
  return frame;
}

std::span<char> FrameReader::space() {
  if (long_ != nullptr) return std::span(*long_).subspan(long_filled_);
  if (staging_.empty()) staging_.resize(kStagingBytes);
  if (begin_ > 0) {
    std::memmove(staging_.data(), staging_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(staging_).subspan(end_);
}

void FrameReader::filled(std::size_t count) {
  if (long_ != nullptr) {
    long_filled_ += count;
    TEMBLOR_ASSERT(long_filled_ <= long_->size());
  } else {
    end_ += count;
    TEMBLOR_ASSERT(end_ <= staging_.size());
  }
}

Result<std::optional<Frame>> FrameReader::next() {
  if (long_ == nullptr) {
    const std::string_view here(staging_.data() + begin_, end_ - begin_);
    if (here.size() < kLengthBytes) return std::nullopt;
    const std::size_t length = load_big_endian<std::uint32_t>(here, 0);
    if (length > limits::kRocketmqFrameBytes) {
      return world_error(where_,
                         fmt::format("sends a frame of {} bytes, more than {}", length, limits::kRocketmqFrameBytes),
                         "check that a RocketMQ server listens there");
    }
    const std::size_t come = std::min(here.size() - kLengthBytes, length);
    if (come < length && length + kLengthBytes <= kStagingBytes) return std::nullopt;
    auto bytes = std::make_shared<std::string>(here.substr(kLengthBytes, come));
    begin_ += kLengthBytes + come;
    if (come == length) {
      TEMBLOR_ASSIGN(Frame frame, parse_frame(std::move(bytes), where_));
      return frame;
    }
    bytes->resize(length);
    long_ = std::move(bytes);
    long_filled_ = come;
  }
  if (long_filled_ < long_->size()) return std::nullopt;
  TEMBLOR_ASSIGN(Frame frame, parse_frame(std::exchange(long_, nullptr), where_));
  return frame;
}

}  // namespace temblor::rocketmq
