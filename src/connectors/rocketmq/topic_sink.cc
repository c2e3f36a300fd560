#include "connectors/rocketmq/topic_sink.h"

#include <fmt/format.h>

#include <functional>

#include "schema/letter_reader.h"
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

Result<void> send_letters(std::string_view letters, std::uint64_t commit, const Send& send) {
  std::vector<KeyedMessage> messages;
  LetterMessages of_commit(commit);
  RecordPack pack(letters);
  while (!pack.empty()) {
    const auto bytes = pack.next();
    const auto letter = bytes ? read_letter(*bytes) : std::nullopt;
    if (!letter) return world_error("letters", "cannot be read back", "the checkpoint was written by another version");
    messages.push_back(of_commit.next(*letter));
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
