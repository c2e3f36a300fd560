#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "schema/amplitude_range.h"
#include "schema/record.h"
#include "schema/rejection.h"

namespace temblor {

/// Names a part of a source that is read in order: a file, a channel, a queue. Unique in a job, stable across
/// restarts, readable: `file:/data/today.pb`, `miniseed:BW.UH1..SHZ`, `generator:`.
using SplitId = std::string;

/// A place in a split. What it counts is the source's own (bytes, samples, queue offsets); it only grows.
using Offset = std::int64_t;

/// Where to go on reading in a split, kept in the checkpoint.
struct SplitPosition {
  Offset offset = 0;  ///< of the first thing that was not read yet
  std::string state;  ///< what else the source must remember (a time anchor, a filter's memory); its own format
};

/// One message as it came.
struct Message {
  Offset offset = 0;
  std::string_view bytes;
};

/// One reading that the source itself decoded, because it does not travel as SeismicRecord.
struct Reading {
  Offset offset = 0;
  Record record;
};

/// Something that no reading could be made of.
struct Refusal {
  Offset offset = 0;
  Offset end_offset = 0;
  Rejection reason = Rejection::kFrame;
  std::string_view bytes;         ///< as they came; may be cut to limits::kMessageBytes
  std::uint64_t whole_bytes = 0;  ///< how many came, where it is known and more than `bytes` has
};

/// What one poll brought: messages or readings (a source gives one kind), and refusals, each in the order of the
/// split. Everything that views point to lives until the next poll of the same reader.
struct SourceBatch {
  std::vector<Message> messages;
  std::vector<Reading> readings;
  std::vector<Refusal> refusals;
  std::uint64_t gaps = 0;  ///< places before one of the readings where some are missing, as far as a source can tell
  /// What `--max-ahead` is measured from: the broker's store time, or the moment these bytes were read, or, for what
  /// was there before the job, JobTimes::reference.
  Timestamp reference{};

  void clear() {
    messages.clear();
    readings.clear();
    refusals.clear();
    gaps = 0;
  }
};

enum class PollStatus : std::uint8_t {
  kRecords,      ///< the batch holds something, or more will come at once: poll again
  kNothingYet,   ///< the source says that there is nothing more for now
  kUnavailable,  ///< the source cannot be asked at the moment: not the same as nothing
  kEnd,          ///< there will never be more; the batch may hold the last records
};

/// Reads one split in order. One thread at a time.
class SplitReader {
 public:
  virtual ~SplitReader() = default;

  /// Fills `batch` (cleared first) with what comes next: at most `max_records` messages or readings (≥ 1), and about
  /// limits::kBatchBytes. May wait a few milliseconds for data, no longer. An error ends the job.
  virtual Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) = 0;

  /// Where a new reader would go on after the last polled batch, with the same readings as this one.
  [[nodiscard]] virtual SplitPosition position() const = 0;

  /// How much there is left to read, in the unit of the offsets, where it is known: for progress and lag.
  [[nodiscard]] virtual std::optional<std::uint64_t> pending() const { return std::nullopt; }
};

enum class TimeMode : std::uint8_t { kProcessing, kEvent };

/// What a source is like, known before anything is opened.
struct SourceTraits {
  TimeMode time_mode = TimeMode::kEvent;               ///< unless `--time` says otherwise
  AmplitudeRange amplitude_range = kRecordAmplitudes;  ///< unless `--amplitude-range` says otherwise
  bool bounded = true;                                 ///< it ends by itself
  bool rewindable = true;                              ///< it can be read again from a position in a checkpoint
};

/// The moments of a job that its sources go by. A restart changes neither: both are in the checkpoint.
struct JobTimes {
  Timestamp start{};  ///< when the job began first
  /// What `--max-ahead` is measured from where the data was there before: the start; or, where the job had finished and
  /// was started again for what has been added, when that was.
  Timestamp reference = start;
};

/// Something that readings come from. Its methods are called by one thread, its readers by theirs.
class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual SourceTraits traits() const = 0;

  /// All splits that there are now, sorted by id. Called at the start, and where the source is unbounded again and
  /// again, so that splits which appear later are found.
  virtual Result<std::vector<SplitId>> discover() = 0;

  /// Opens a split at `position`, or where the source's settings say to begin where there is none. The reader may
  /// outlive neither the source nor the environment.
  virtual Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                                    const JobTimes& job) = 0;

  /// The job goes on from a checkpoint: splits that are opened without a position have appeared since. Called before
  /// anything is discovered.
  virtual void resume() {}

  /// Whether `split`, which a checkpoint knows and discover() does not, is only away and will be read when it is back.
  /// Otherwise its absence ends the job.
  [[nodiscard]] virtual bool awaits(const SplitId& /*split*/) const { return false; }

  /// A checkpoint that holds this position is complete: nothing before it is read again. Does not wait for anything.
  virtual void acknowledge(const SplitId& /*split*/, const SplitPosition& /*position*/) {}
};

}  // namespace temblor
