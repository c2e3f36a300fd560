#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/miniseed/sample_rate.h"

namespace temblor::miniseed {

/// Record lengths that are read, bytes: powers of two in this range, as libmseed.
inline constexpr std::size_t kShortestRecord = 128;
inline constexpr std::size_t kLongestRecord = std::size_t{1} << 20;

/// The fixed section of a header, bytes.
inline constexpr std::size_t kFixedHeader = 48;

/// Bytes behind a record that must be readable memory: libmseed copies some blockettes (300, 310, 320, 500) in their
/// full size without looking where the record ends.
inline constexpr std::size_t kReadableBehind = 256;

/// What the header of a miniSEED 2 data record says.
struct RecordHeader {
  std::string sensor_id;      ///< NET.STA.LOC.CHA; any part may be empty
  std::size_t bytes = 0;      ///< of the record
  std::int64_t start_us = 0;  ///< time of the first sample, corrected, µs since the epoch; rounded to 0.1 ms by many
  SampleRate rate;            ///< meaningless where there are no samples
  std::uint32_t samples = 0;
  std::uint8_t encoding = 0;    ///< SEED's number; text has no samples
  std::size_t data_offset = 0;  ///< where the samples begin
  bool big_endian = true;       ///< how the samples are stored
};

/// What stands at a place in a file.
struct RecordScan {
  enum class Status : std::uint8_t {
    kRecord,     ///< `header` describes a record that is there whole
    kNeedsMore,  ///< it begins like one and cannot be judged before `needed` bytes are there
    kNoRecord,   ///< no record begins here: `problem` says why
  };
  Status status = Status::kNoRecord;
  RecordHeader header;
  std::size_t needed = 0;
  std::string_view problem;  ///< a literal
};

/// Looks at the record that begins at the first of `bytes`. Any bytes may be given, with kReadableBehind readable
/// bytes behind them. Believes nothing that it has not checked: libmseed trusts the lengths it finds. A record with
/// another one inside it has a wrong length and is none. Any thread may call it.
/// Format: SEED manual 2.4, chapter 8, fixed section of data header, and blockettes 100, 1000, 1001.
RecordScan scan_record(std::string_view bytes);

/// The first place in `bytes`, from `from` on, where a header begins, or could begin with bytes still to come.
std::size_t find_header(std::string_view bytes, std::size_t from);

/// Unpacks the samples of a record that scan_record found, in counts. Returns what is wrong with it, or an empty text:
/// then all samples are there. A Steim record must end in the sample that it says it ends in. Any thread may call it.
std::string decode_samples(std::string_view record, const RecordHeader& header, std::vector<double>& samples);

}  // namespace temblor::miniseed
