#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "cli/inspect.h"
#include "cli/number_text.h"
#include "proto/letter.pb.h"
#include "schema/deserializer.h"
#include "schema/float_text.h"
#include "schema/printable.h"

namespace temblor {
namespace {

constexpr std::size_t kShownBytes = 12;
constexpr std::size_t kLongestText = 64;

/// The payload as the record that it is, or as bytes.
std::string content(const v1::Letter& letter) {
  Record record;
  if (letter.payload().empty() || !deserialize(letter.payload(), record)) {
    const auto came = static_cast<std::uint64_t>(letter.payload_bytes());
    return fmt::format("{}{}: {}", counted(letter.payload().size(), "byte"), came == 0 ? "" : " of " + grouped(came),
                       hexadecimal(letter.payload(), kShownBytes));
  }
  std::string amplitude;
  append_float_text(record.seismic_amplitude, amplitude);
  return fmt::format("{} amplitude={} phase={} quality={} at {},{}", printable(record.sensor_id, kLongestText),
                     amplitude, printable(record.phase_type, kLongestText), record.data_quality, record.longitude,
                     record.latitude);
}

std::string row(const v1::Letter& letter) {
  return fmt::format("{:<18} {:>7} {:>12}  {:<24}  {:<20}  {}", printable(letter.reason(), kLongestText),
                     letter.count(), letter.offset(),
                     letter.time() == 0 ? "-" : to_iso8601(timestamp_from_ms(letter.time())),
                     printable(letter.split(), kLongestText), content(letter));
}

/// The letters of one file.
class LetterTable {
 public:
  explicit LetterTable(const Inspection& inspection) : inspection_(inspection) {}

  Result<void> add(const Message& message) {
    v1::Letter letter;
    if (!letter.ParseFromArray(message.bytes.data(), static_cast<int>(message.bytes.size()))) {
      return add_unreadable(message.offset, message.bytes);
    }
    readings_[letter.reason()] += static_cast<std::uint64_t>(letter.count());
    if (letters_++ == 0) {
      TEMBLOR_TRY(inspection_.out.line(fmt::format("{:<18} {:>7} {:>12}  {:<24}  {:<20}  {}", "reason", "count",
                                                   "offset", "time", "split", "content")));
    }
    return letters_ <= inspection_.limit ? inspection_.out.line(row(letter)) : Result<void>();
  }

  Result<void> add_unreadable(Offset offset, std::string_view bytes) {
    if (++unreadable_ > inspection_.limit) return {};
    return inspection_.out.line(fmt::format("no letter at {}: {}", offset, hexadecimal(bytes, kShownBytes)));
  }

  Result<void> close() {
    if (letters_ > inspection_.limit) {
      TEMBLOR_TRY(
          inspection_.out.line(fmt::format("… {} more (--limit 0 shows all)", grouped(letters_ - inspection_.limit))));
    }
    std::string text = counted(letters_, "letter");
    std::string_view before = ": ";
    for (const auto& [reason, count] : readings_) {
      text += fmt::format("{}{} {}", std::exchange(before, ", "), printable(reason), grouped(count));
    }
    if (unreadable_ > 0) text += fmt::format("; broken in {}", counted(unreadable_, "place"));
    return inspection_.out.line(text);
  }

 private:
  const Inspection& inspection_;
  std::map<std::string, std::uint64_t> readings_;  // by reason
  std::uint64_t letters_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace

Result<void> inspect_letters(const Inspection& inspection) {
  LetterTable table(inspection);
  TEMBLOR_TRY(for_each_message(
      inspection, [&](const Message& message) { return table.add(message); },
      [&](const Refusal& lost) { return table.add_unreadable(lost.offset, lost.bytes); }));
  return table.close();
}

}  // namespace temblor
