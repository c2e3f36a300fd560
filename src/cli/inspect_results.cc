#include <fmt/format.h>

#include <array>
#include <charconv>
#include <set>
#include <string>

#include "cli/csv_rows.h"
#include "cli/inspect.h"
#include "cli/number_text.h"
#include "schema/deserializer.h"
#include "schema/float_text.h"
#include "schema/printable.h"

namespace temblor {
namespace {

constexpr std::size_t kLargestCsv = std::size_t{1} << 30;
constexpr std::size_t kShownBytes = 16;
constexpr std::size_t kLongestText = 64;
constexpr std::size_t kColumns = 9;  // of SeismicAggRecord

std::string float_text(float value) {
  std::string text;
  append_float_text(value, text);
  return text;
}

/// Milliseconds as a time, whatever else as it is.
std::string time_text(const std::string& text) {
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, ms);
  return read.ec == std::errc{} && read.ptr == end ? to_iso8601(timestamp_from_ms(ms)) : text;
}

/// The rows of one inspection, from whatever kind of file.
class ResultTable {
 public:
  explicit ResultTable(const Inspection& inspection) : inspection_(inspection) {}

  Result<void> add(const AggRecord& record) {
    const ResultRow& row = record.row;
    return add_row({std::string(row.sensor_id), std::to_string(to_ms(record.window_start)),
                    std::to_string(to_ms(record.window_end)), float_text(row.avg_amplitude),
                    float_text(row.max_amplitude), float_text(row.min_amplitude), std::to_string(row.p_phase_count),
                    std::to_string(row.s_phase_count), std::to_string(row.n_phase_count)});
  }

  /// `fields` in the order of SeismicAggRecord's.
  Result<void> add_row(const std::vector<std::string>& fields) {
    if (rows_++ == 0) {
      TEMBLOR_TRY(line({"sensor", "window start", "window end", "average", "maximum", "minimum", "P", "S", "N"}));
    }
    sensors_.insert(fields[0]);
    windows_.insert(fields[1]);
    if (rows_ > inspection_.limit) return {};
    std::array<std::string, kColumns> shown;
    for (std::size_t i = 0; i < kColumns; ++i) {
      shown[i] = printable(i == 1 || i == 2 ? time_text(fields[i]) : fields[i], kLongestText);
    }
    return line(shown);
  }

  Result<void> add_bad(const std::string& what) {
    ++bad_;
    return bad_ <= inspection_.limit ? inspection_.out.line(what) : Result<void>();
  }

  Result<void> close() {
    if (rows_ > inspection_.limit) {
      TEMBLOR_TRY(
          inspection_.out.line(fmt::format("… {} more (--limit 0 shows all)", grouped(rows_ - inspection_.limit))));
    }
    std::string text = fmt::format("{}: {}, {}", counted(rows_, "result"), counted(windows_.size(), "window"),
                                   counted(sensors_.size(), "sensor"));
    if (bad_ > 0) text += fmt::format("; broken in {}", counted(bad_, "place"));
    return inspection_.out.line(text);
  }

 private:
  Result<void> line(const std::array<std::string, kColumns>& c) {
    return inspection_.out.line(fmt::format("{:<16} {:<24} {:<24} {:>13} {:>13} {:>13} {:>6} {:>6} {:>6}", c[0], c[1],
                                            c[2], c[3], c[4], c[5], c[6], c[7], c[8]));
  }

  const Inspection& inspection_;
  std::uint64_t rows_ = 0;
  std::uint64_t bad_ = 0;
  std::set<std::string> sensors_;
  std::set<std::string> windows_;
};

Result<void> add_csv(const std::string& path, FileSystem& files, ResultTable& table) {
  TEMBLOR_ASSIGN(const std::string text, read_file(files, path, kLargestCsv));
  std::size_t number = 0;
  return for_each_csv_row(text, [&](const std::vector<std::string>& fields) -> Result<void> {
    ++number;
    if (number == 1 && fields[0] == "sensor_id") return {};
    if (fields.size() == kColumns) return table.add_row(fields);
    return table.add_bad(fmt::format("{}:{}: {} columns, not {}", printable(path), number, fields.size(), kColumns));
  });
}

/// The CSV files below a folder, dated folders first by date.
Result<void> add_folder(const std::string& path, FileSystem& files, ResultTable& table, int depth) {
  constexpr int kDeepest = 4;
  TEMBLOR_ASSIGN(const auto names, files.list(path));
  for (const std::string& name : names) {
    const std::string each = path + "/" + name;
    if (name.ends_with(".csv")) {
      TEMBLOR_TRY(add_csv(each, files, table));
    } else if (depth < kDeepest && files.list(each)) {
      TEMBLOR_TRY(add_folder(each, files, table, depth + 1));
    }
  }
  return {};
}

Result<void> add_messages(const Inspection& inspection, ResultTable& table) {
  return for_each_message(
      inspection,
      [&](const Message& message) {
        const auto record = deserialize_result(message.bytes);
        return record ? table.add(*record)
                      : table.add_bad(fmt::format("no result at {}: {}", message.offset,
                                                  hexadecimal(message.bytes, kShownBytes)));
      },
      [&](const Refusal& lost) {
        return table.add_bad(fmt::format("no message at {}: {}", lost.offset, hexadecimal(lost.bytes, kShownBytes)));
      });
}

}  // namespace

Result<void> inspect_results(const Inspection& inspection) {
  FileSystem& files = inspection.environment.files;
  ResultTable table(inspection);
  if (inspection.path != "-" && files.list(inspection.path)) {
    TEMBLOR_TRY(add_folder(inspection.path, files, table, 0));
  } else if (inspection.path.ends_with(".csv")) {
    if (auto file = files.open_read(inspection.path, 0); !file) {
      return user_error(inspection.path, file.error().what, "check the path and its permissions");
    }
    TEMBLOR_TRY(add_csv(inspection.path, files, table));
  } else {
    TEMBLOR_TRY(add_messages(inspection, table));
  }
  return table.close();
}

}  // namespace temblor
