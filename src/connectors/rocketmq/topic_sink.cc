#include "connectors/rocketmq/topic_sink.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "connectors/rocketmq/message.h"
#include "proto/letter.pb.h"
#include "schema/record_pack.h"
#include "schema/serializer.h"

namespace temblor::rocketmq {
namespace {

/// Messages that are made at a time: a commit may hold more than should lie in memory twice.
constexpr std::size_t kPiece = 10'000;

using Send = std::function<Result<void>(std::span<const KeyedMessage>)>;

Result<void> send_results(const WindowResults& results, const Send& send) {
  std::vector<KeyedMessage> messages;
  for (const ResultRow& row : results.rows) {
    KeyedMessage& message = messages.emplace_back();
    append_key(row.sensor_id, message.key);
    message.key += fmt::format("|{}", to_ms(results.window_start));
    message.queue_by = row.sensor_id;
    serialize(row, results.window_start, results.window_end, message.body);
    if (messages.size() < kPiece) continue;
    TEMBLOR_TRY(send(messages));
    messages.clear();
  }
  return messages.empty() ? Result<void>() : send(messages);
}

/// Letters of one place and reason are told apart by the number of their commit and their own in it; their order is the
/// checkpoint's.
Result<void> send_letters(std::string_view letters, std::uint64_t commit, const Send& send) {
  std::vector<KeyedMessage> messages;
  std::map<std::string, std::uint32_t> numbers;
  RecordPack pack(letters);
  while (!pack.empty()) {
    const auto bytes = pack.next();
    v1::Letter letter;
    if (!bytes || !letter.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
      return world_error("letters", "cannot be read back", "the checkpoint was written by another version");
    }
    KeyedMessage message;
    append_key(letter.split(), message.key);
    message.key += fmt::format("|{}|", letter.offset());
    append_key(letter.reason(), message.key);
    message.key += fmt::format("|{}.{}", commit, numbers[message.key]++);
    message.body = letter.payload();
    std::string split;
    append_key(letter.split(), split);
    append_property(message.properties, "split", split);
    append_property(message.properties, "offset", std::to_string(letter.offset()));
    if (letter.end_offset() != 0) {
      append_property(message.properties, "end_offset", std::to_string(letter.end_offset()));
    }
    append_property(message.properties, "reason", letter.reason());
    append_property(message.properties, "time", std::to_string(letter.time()));
    append_property(message.properties, "count", std::to_string(letter.count()));
    message.queue_by = letter.split();
    messages.push_back(std::move(message));
    if (messages.size() < kPiece) continue;
    TEMBLOR_TRY(send(messages));
    messages.clear();
  }
  return messages.empty() ? Result<void>() : send(messages);
}

}  // namespace

Result<void> TopicSink::write(const WindowResults& results) {
  return send_results(results, [this](std::span<const KeyedMessage> messages) { return log_.send(messages); });
}

Result<void> TopicSink::commit(std::string_view prepared, std::span<const WindowResults> results) {
  TEMBLOR_ASSIGN(const bool anything, log_.begin_commit(prepared));
  if (!anything) return {};
  const auto append = [this](std::span<const KeyedMessage> messages) { return log_.append(messages); };
  for (const WindowResults& window : results) TEMBLOR_TRY(send_results(window, append));
  log_.end_commit();
  return {};
}

Result<void> TopicLetterSink::write(std::string_view letters) {
  return send_letters(letters, 0, [this](std::span<const KeyedMessage> messages) { return log_.send(messages); });
}

Result<void> TopicLetterSink::commit(std::string_view prepared, std::string_view letters) {
  TEMBLOR_ASSIGN(const bool anything, log_.begin_commit(prepared));
  if (!anything) return {};
  TEMBLOR_TRY(send_letters(letters, log_.commit_number(),
                           [this](std::span<const KeyedMessage> messages) { return log_.append(messages); }));
  log_.end_commit();
  return {};
}

}  // namespace temblor::rocketmq
