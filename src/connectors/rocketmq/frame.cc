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
/// The JSON of a header is small: the longest that is known lists the ids of a batch of messages.
constexpr std::size_t kHeaderBytes = std::size_t{1} << 20;

/// By hand and not with a JSON value: headers are written for each message sent on its own.
void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_field(std::string_view name, std::string_view value, bool& first, std::string& out) {
  if (!first) out.push_back(',');
  first = false;
  append_json_string(name, out);
  out.push_back(':');
  append_json_string(value, out);
}

/// Leaves room for the two lengths, which are known once the header is written.
std::size_t begin_frame(std::int32_t code, std::int32_t opaque, std::int32_t flag, std::string& out) {
  const std::size_t begin = out.size();
  out.append(2 * kLengthBytes, '\0');
  fmt::format_to(std::back_inserter(out),
                 R"({{"code":{},"language":"CPP","version":{},"opaque":{},"flag":{},"extFields":{{)", code,
                 kProtocolVersion, opaque, flag);
  return begin;
}

void end_frame(std::size_t begin, std::string_view body, std::string& out) {
  const std::size_t header = out.size() - begin - 2 * kLengthBytes;
  std::string lengths;
  append_big_endian(static_cast<std::uint32_t>(kLengthBytes + header + body.size()), lengths);
  append_big_endian(static_cast<std::uint32_t>(header), lengths);
  out.replace(begin, lengths.size(), lengths);
  out += body;
}

std::string as_text(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::int32_t integer(const nlohmann::json& header, const char* name) {
  const auto found = header.find(name);
  return found != header.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
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
  const std::size_t begin = begin_frame(static_cast<std::int32_t>(request.code), opaque, 0, out);
  bool first = true;
  for (const auto& [name, value] : request.fields) append_field(name, value, first, out);
  if (signer != nullptr) {
    const std::map<std::string, std::string> fields(request.fields.begin(), request.fields.end());
    for (const auto& [name, value] : signer->sign(fields, request.body)) append_field(name, value, first, out);
  }
  out += "}}";
  end_frame(begin, request.body, out);
}

void append_answer(std::int32_t code, std::int32_t opaque, std::string_view remark,
                   const std::vector<std::pair<std::string_view, std::string>>& fields, std::string_view body,
                   std::string& out) {
  const std::size_t begin = begin_frame(code, opaque, kFlagResponse, out);
  bool first = true;
  for (const auto& [name, value] : fields) append_field(name, value, first, out);
  out += "},\"remark\":";
  append_json_string(remark, out);
  out.push_back('}');
  end_frame(begin, body, out);
}

Result<Frame> parse_frame(std::shared_ptr<const std::string> bytes, std::string_view where) {
  const auto broken = [&](std::string what) {
    return world_error(std::string(where), std::move(what), "check that a RocketMQ server listens there");
  };
  const std::string_view all = *bytes;
  if (all.size() < kLengthBytes) return broken("answers with a frame that is too short");
  const auto lengths = load_big_endian<std::uint32_t>(all, 0);
  const std::size_t header_length = lengths & 0xFFFFFFU;
  if (lengths >> 24U != 0) return broken("answers with a header that is not JSON");
  if (header_length > std::min(all.size() - kLengthBytes, kHeaderBytes)) {
    return broken(fmt::format("answers with a header of {} bytes in a frame of {}", header_length, all.size()));
  }
  const std::string_view text = all.substr(kLengthBytes, header_length);
  const auto header = nlohmann::json::parse(text, nullptr, false);
  if (!header.is_object()) return broken("answers with a header that is no JSON object");
  Frame frame;
  frame.code = integer(header, "code");
  frame.opaque = integer(header, "opaque");
  frame.flag = integer(header, "flag");
  if (const auto remark = header.find("remark"); remark != header.end() && !remark->is_null()) {
    frame.remark = as_text(*remark);
  }
  if (const auto fields = header.find("extFields"); fields != header.end() && fields->is_object()) {
    for (const auto& [name, value] : fields->items()) frame.fields.emplace_back(name, as_text(value));
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
