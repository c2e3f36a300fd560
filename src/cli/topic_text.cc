#include "cli/topic_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/number_text.h"
#include "connectors/rocketmq/pack_property.h"
#include "schema/deserializer.h"
#include "schema/float_text.h"
#include "schema/printable.h"
#include "schema/record_pack.h"

namespace temblor {
namespace {

using rocketmq::BodyStatus;
using rocketmq::find_property;

constexpr std::size_t kShownBytes = 32;
constexpr std::size_t kLongestText = 64;

std::string number(float value) {
  std::string text;
  append_float_text(value, text);
  return text;
}

std::string shown(std::string_view text) { return text.empty() ? "-" : printable(text, kLongestText); }

std::string bytes_text(std::string_view bytes) {
  const std::string count = counted(bytes.size(), "byte");
  return bytes.empty() ? count : count + ": " + hexadecimal(bytes, kShownBytes);
}

std::string record_text(const Record& record) {
  return fmt::format("record {} {} amplitude={} phase={} quality={} at {},{}", shown(record.sensor_id),
                     to_iso8601(timestamp_from_ms(record.collect_timestamp)), number(record.seismic_amplitude),
                     shown(record.phase_type), record.data_quality, record.longitude, record.latitude);
}

std::string result_text(const AggRecord& result) {
  const ResultRow& row = result.row;
  return fmt::format("result {} {} to {} avg={} max={} min={} P={} S={} N={}", shown(row.sensor_id),
                     to_iso8601(result.window_start), to_iso8601(result.window_end), number(row.avg_amplitude),
                     number(row.max_amplitude), number(row.min_amplitude), row.p_phase_count, row.s_phase_count,
                     row.n_phase_count);
}

/// Where a reading came from and why it is no part of a result; empty where the message is no letter.
std::string letter_text(std::string_view properties) {
  const auto reason = find_property(properties, "reason");
  const auto split = find_property(properties, "split");
  if (!reason || !split) return {};
  const auto cut = find_property(properties, "payload_bytes");
  return fmt::format("letter {} from {} at {}{}: ", shown(*reason), shown(*split),
                     shown(find_property(properties, "offset").value_or("")),
                     cut ? fmt::format(", cut from {} bytes", shown(*cut)) : "");
}

/// What stands in the way of a body; empty where it is as it was sent.
std::string_view trouble(BodyStatus status) {
  switch (status) {
    case BodyStatus::kGood:
      return {};
    case BodyStatus::kOtherCompression:
      return "compressed with LZ4 or ZSTD, which is not read: ";
    case BodyStatus::kBroken:
      return "damaged: ";
    case BodyStatus::kTooLong:
      return "too long once inflated: ";
    case BodyStatus::kInnerBatch:
      return "a batch that the broker stores as one, which is not read: ";
  }
  return {};
}

std::uint64_t span(Offset from, Offset to) { return static_cast<std::uint64_t>(std::max<Offset>(to - from, 0)); }

std::string table_line(const QueueState& queue, bool with_group, std::size_t width) {
  std::string line = fmt::format("{:<{}} {:>5} {:>14} {:>14} {:>14}", printable(queue.queue.broker, kLongestText),
                                 width, queue.queue.id, queue.min, queue.max, span(queue.min, queue.max));
  if (!with_group) return line;
  if (!queue.committed) return line + fmt::format(" {:>14} {:>14}", "-", "-");
  return line + fmt::format(" {:>14} {:>14}", *queue.committed, span(*queue.committed, queue.max));
}

std::string total_line(const std::vector<QueueState>& queues, bool with_group) {
  std::uint64_t messages = 0;
  std::uint64_t lag = 0;
  std::uint64_t untold = 0;
  for (const QueueState& queue : queues) {
    messages += span(queue.min, queue.max);
    if (queue.committed) lag += span(*queue.committed, queue.max);
    if (!queue.committed) ++untold;
  }
  std::string line = fmt::format("total: {}, {}", counted(queues.size(), "queue"), counted(messages, "message"));
  if (!with_group) return line;
  if (untold == queues.size()) return line + ", nothing committed by the group";
  line += fmt::format(", lag {}", grouped(lag));
  if (untold > 0) line += fmt::format(", nothing committed in {}", counted(untold, "queue"));
  return line;
}

std::string line_of(const std::string& place, const rocketmq::MessageView& message, const std::string& content) {
  return fmt::format("{:<26} {:<24}  {:<24}  {}", place, to_iso8601(message.stored),
                     shown(find_property(message.properties, rocketmq::kKeysProperty).value_or("")), content);
}

std::vector<std::string> pack_lines(const std::string& place, const rocketmq::MessageView& message) {
  std::vector<std::string> lines;
  RecordPack pack(message.body);
  while (!pack.empty()) {
    const auto record = pack.next();
    const std::string content = record ? body_text(*record) : "no whole record in " + bytes_text(pack.rest());
    lines.push_back(line_of(fmt::format("{}.{}", place, lines.size()), message, content));
    if (!record) break;
  }
  if (lines.empty()) lines.push_back(line_of(place, message, "no record"));
  return lines;
}

}  // namespace

std::vector<std::string> queue_table(const std::vector<QueueState>& queues, bool with_group) {
  std::size_t width = std::string_view("broker").size();
  for (const QueueState& each : queues) width = std::max(width, printable(each.queue.broker, kLongestText).size());
  std::vector<std::string> lines = {fmt::format("{:<{}} {:>5} {:>14} {:>14} {:>14}", "broker", width, "queue",
                                                "min offset", "max offset", "messages")};
  if (with_group) lines[0] += fmt::format(" {:>14} {:>14}", "committed", "lag");
  for (const QueueState& each : queues) lines.push_back(table_line(each, with_group, width));
  lines.push_back(total_line(queues, with_group));
  return lines;
}

std::string message_heading() {
  return fmt::format("{:<26} {:<24}  {:<24}  {}", "broker/queue/offset", "stored", "key", "content");
}

std::vector<std::string> message_lines(const rocketmq::Queue& queue, const rocketmq::MessageView& message) {
  const std::string place =
      fmt::format("{}/{}/{}", printable(queue.broker, kLongestText), message.queue_id, message.offset);
  if (message.status != BodyStatus::kGood) {
    return {line_of(place, message, std::string(trouble(message.status)) + bytes_text(message.body))};
  }
  if (rocketmq::is_packed(message.properties)) return pack_lines(place, message);
  return {line_of(place, message, letter_text(message.properties) + body_text(message.body))};
}

std::string body_text(std::string_view body) {
  const auto result = deserialize_result(body);
  if (result && !result->row.sensor_id.empty() && result->window_end > result->window_start &&
      to_ms(result->window_end) != 0) {
    return result_text(*result);
  }
  Record record;
  const bool is_record = deserialize(body, record) && (!record.sensor_id.empty() || record.collect_timestamp != 0);
  return is_record ? record_text(record) : bytes_text(body);
}

}  // namespace temblor
