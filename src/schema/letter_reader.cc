#include "schema/letter_reader.h"

#include "schema/wire.h"

namespace temblor {
namespace {

std::int64_t* number_of(Letter& letter, std::uint64_t tag) {
  switch (tag) {
    case wire::tag(2, wire::kVarint):
      return &letter.offset;
    case wire::tag(3, wire::kVarint):
      return &letter.end_offset;
    case wire::tag(5, wire::kVarint):
      return &letter.time_ms;
    case wire::tag(7, wire::kVarint):
      return &letter.count;
    case wire::tag(8, wire::kVarint):
      return &letter.payload_bytes;
    default:
      return nullptr;
  }
}

std::string_view* text_of(Letter& letter, std::uint64_t tag) {
  switch (tag) {
    case wire::tag(1, wire::kLength):
      return &letter.split;
    case wire::tag(4, wire::kLength):
      return &letter.reason;
    case wire::tag(6, wire::kLength):
      return &letter.payload;
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<Letter> read_letter(std::string_view bytes) {
  Letter letter{.split = {}, .reason = {}, .payload = {}, .count = 0};
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  while (at != end) {
    std::uint64_t tag = 0;
    std::uint64_t value = 0;
    at = wire::read_varint(at, end, tag);
    if (at != nullptr) at = wire::read_varint(at, end, value);
    if (at == nullptr) return std::nullopt;
    if (std::int64_t* number = number_of(letter, tag)) {
      *number = static_cast<std::int64_t>(value);
    } else if (std::string_view* text = text_of(letter, tag)) {
      if (value > static_cast<std::uint64_t>(end - at)) return std::nullopt;
      *text = {at, static_cast<std::size_t>(value)};
      at += value;
    } else {
      return std::nullopt;
    }
  }
  return letter;
}

}  // namespace temblor
