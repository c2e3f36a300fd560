#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "flink/record_batch.h"
#include "operators/cleaner.h"

namespace temblor::flink {

/// Decodes and cleans what a pull brought. One thread at a time.
class BatchDecoder {
 public:
  struct Settings {
    AmplitudeRange amplitudes;
    Milliseconds max_ahead{60'000};  ///< a timestamp further past the reference is dropped; event time only
    bool event_time = false;
    bool keep_dead = false;       ///< letters of what was dropped are wanted
    std::uint64_t hash_seed = 0;  ///< the same for all that is combined together
  };

  explicit BatchDecoder(const Settings& settings) : settings_(settings), cleaner_(settings.amplitudes) {}

  /// The highest bit of a message's length says that it packs many records, each with a varint length before it.
  static constexpr std::uint32_t kPacked = 0x80000000U;

  /// Fills `batch`, whose split and bytes are set: these are messages one behind the other, each of the length and with
  /// the offset that is given. `reference` is when the broker stored them, as far as --max-ahead goes. Bytes that are
  /// no record are counted; an error, a bug of the caller's, only where lengths, offsets and bytes do not fit. It stops
  /// once it has read `most` readings, good ones or not, perhaps within a message. Returns how many messages it has
  /// begun.
  Result<std::size_t> decode(std::span<const std::int32_t> lengths, std::span<const std::int64_t> offsets,
                             Timestamp reference, RecordBatch& batch, std::uint64_t most = kNoLimit);

  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

 private:
  void take(std::string_view bytes, std::int64_t offset, RecordBatch& batch);
  void take_pack(std::string_view body, std::int64_t offset, RecordBatch& batch);
  void drop(Rejection reason, std::string_view bytes, std::int64_t offset, std::int64_t time_ms, RecordBatch& batch);

  Settings settings_;
  Cleaner cleaner_;
  std::uint64_t left_ = 0;  ///< readings that may still be read
  std::string letter_;
};

}  // namespace temblor::flink
