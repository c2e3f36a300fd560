#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "flink/record_batch.h"
#include "operators/cleaner.h"
#include "schema/record_pack.h"

namespace temblor::flink {

/// Decodes and cleans what a pull brought. One thread at a time.
class BatchDecoder {
 public:
  struct Settings {
    AmplitudeRange amplitudes;
    Milliseconds max_ahead{60'000};  ///< a timestamp further past the reference is dropped; event time only
    bool event_time = false;
    bool keep_dead = false;       ///< letters of what was dropped are wanted
    bool keep_late = false;       ///< letters of late readings are wanted: batches tell where rows come from
    std::uint64_t hash_seed = 0;  ///< the same for all that is combined together
  };

  explicit BatchDecoder(const Settings& settings) : settings_(settings), cleaner_(settings.amplitudes) {}

  /// The two highest bits of a message's length say what it is where it is not one record: it packs many, each with a
  /// varint length before it, or it is to be dropped, as `damaged` or for its `compression`.
  static constexpr std::uint32_t kKind = 0xC0000000U;
  static constexpr std::uint32_t kPacked = 0x80000000U;
  static constexpr std::uint32_t kDamaged = 0x40000000U;
  static constexpr std::uint32_t kOtherCompression = 0xC0000000U;

  /// Fills `batch`, whose split and bytes are set: these are messages one behind the other, each of the length and with
  /// the offset that is given. `reference` is when the broker stored them, as far as --max-ahead goes. Bytes that are
  /// no record are counted; an error, a bug of the caller's, only where lengths, offsets and bytes do not fit. Where
  /// the batch is full before all is decoded, decode_more goes on; bytes, lengths and offsets must live until then.
  /// Both stop once `most` readings have been read, good ones or not, perhaps within a message.
  Result<void> decode(std::span<const std::int32_t> lengths, std::span<const std::int64_t> offsets, Timestamp reference,
                      RecordBatch& batch, std::uint64_t most = kNoLimit);

  /// Fills the batch with what did not go into it before; false where there is nothing left.
  bool decode_more(RecordBatch& batch);

  /// How many of the messages have been begun by now: all, but where it was to stop.
  [[nodiscard]] std::size_t begun() const { return begun_; }

  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

 private:
  void fill(RecordBatch& batch);
  void begin_message(RecordBatch& batch);
  /// Messages of one record each, as nearly all are, up to one that is not, or as far as the batch goes.
  void take_records(RecordBatch& batch);
  /// Takes a record, or what is none; whether there is room for another.
  bool take(std::string_view bytes, std::int64_t offset, RecordBatch& batch);
  void take_carefully(std::string_view bytes, std::int64_t offset, RecordBatch& batch);
  void append(const Record& record, std::string_view bytes, std::int64_t offset, RecordBatch& batch);
  void take_packed(RecordBatch& batch);
  void drop(Rejection reason, std::string_view bytes, std::int64_t offset, std::int64_t time_ms, RecordBatch& batch);

  Settings settings_;
  Cleaner cleaner_;
  std::string letter_;

  std::uint64_t left_ = 0;                 // readings that may still be read
  std::size_t begun_ = 0;                  // messages
  std::span<const std::int32_t> lengths_;  // of the messages that are left
  std::span<const std::int64_t> offsets_;
  std::string_view rest_;  // their bytes
  RecordPack pack_;        // what is left of the message before them
  std::int64_t pack_offset_ = 0;
};

}  // namespace temblor::flink
