#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "cli/inspect.h"
#include "cli/number_text.h"
#include "schema/deserializer.h"
#include "schema/float_text.h"
#include "schema/printable.h"

namespace temblor {
namespace {

constexpr std::size_t kShownBytes = 16;
constexpr std::size_t kLongestText = 64;

std::string row(Offset offset, const Record& record) {
  std::string amplitude;
  append_float_text(record.seismic_amplitude, amplitude);
  return fmt::format("{:>10}  {:<24}  {:<16} {:>12}  {:<5} {:>7} {:>10.4f} {:>9.4f}", offset,
                     to_iso8601(timestamp_from_ms(record.collect_timestamp)), printable(record.sensor_id, kLongestText),
                     amplitude, printable(record.phase_type, kLongestText), record.data_quality, record.longitude,
                     record.latitude);
}

/// The records of one file, and what they come to.
class RecordTable {
 public:
  explicit RecordTable(const Inspection& inspection) : inspection_(inspection) {}

  Result<void> add(const Message& message) {
    Record record;
    if (!deserialize(message.bytes, record)) {
      ++unparsed_;
      return add_row([&] {
        return fmt::format("{:>10}  {} that do not parse: {}", message.offset, counted(message.bytes.size(), "byte"),
                           hexadecimal(message.bytes, kShownBytes));
      });
    }
    ++records_;
    if (!record.sensor_id.empty()) sensors_.emplace(record.sensor_id);
    if (record.collect_timestamp != 0) {
      first_ = std::min(first_, record.collect_timestamp);
      last_ = std::max(last_, record.collect_timestamp);
    }
    return add_row([&] { return row(message.offset, record); });
  }

  Result<void> add_lost(const Refusal& lost) {
    const auto bytes = static_cast<std::uint64_t>(lost.end_offset - lost.offset);
    ++gaps_;
    lost_bytes_ += bytes;
    return add_row([&] {
      return fmt::format("{:>10}  {} that are no message: {}", lost.offset, counted(bytes, "byte"),
                         hexadecimal(lost.bytes, kShownBytes));
    });
  }

  Result<void> close() {
    if (rows_ > inspection_.limit) {
      TEMBLOR_TRY(
          inspection_.out.line(fmt::format("… {} more (--limit 0 shows all)", grouped(rows_ - inspection_.limit))));
    }
    std::string text = counted(records_, "record") + " of " + counted(sensors_.size(), "sensor");
    if (first_ <= last_) {
      text += fmt::format(", {} to {}", to_iso8601(timestamp_from_ms(first_)), to_iso8601(timestamp_from_ms(last_)));
    }
    if (unparsed_ > 0) text += fmt::format("; {} that did not parse", counted(unparsed_, "message"));
    if (gaps_ > 0) text += fmt::format("; {} lost in {}", counted(lost_bytes_, "byte"), counted(gaps_, "place"));
    return inspection_.out.line(text);
  }

 private:
  template <class MakeLine>
  Result<void> add_row(MakeLine&& make_line) {
    if (rows_++ == 0) {
      TEMBLOR_TRY(
          inspection_.out.line(fmt::format("{:>10}  {:<24}  {:<16} {:>12}  {:<5} {:>7} {:>10} {:>9}", "offset", "time",
                                           "sensor", "amplitude", "phase", "quality", "longitude", "latitude")));
    }
    return rows_ <= inspection_.limit ? inspection_.out.line(make_line()) : Result<void>();
  }

  const Inspection& inspection_;
  std::uint64_t rows_ = 0;
  std::uint64_t records_ = 0;
  std::unordered_set<std::string> sensors_;
  std::int64_t first_ = INT64_MAX;
  std::int64_t last_ = INT64_MIN;
  std::uint64_t unparsed_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t lost_bytes_ = 0;
};

}  // namespace

Result<void> inspect_records(const Inspection& inspection) {
  RecordTable table(inspection);
  TEMBLOR_TRY(for_each_message(
      inspection, [&](const Message& message) { return table.add(message); },
      [&](const Refusal& lost) { return table.add_lost(lost); }));
  return table.close();
}

}  // namespace temblor
