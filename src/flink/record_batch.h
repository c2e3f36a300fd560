#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "operators/sensor_key.h"
#include "schema/phase.h"
#include "schema/rejection.h"

namespace temblor::flink {

/// A reading that passed the cleaner, as it travels from the source to the combiner.
struct BatchRow {
  SensorKey sensor;
  std::uint64_t hash = 0;  ///< of the sensor
  Timestamp time{};        ///< when it was collected
  float amplitude = 0;
  Phase phase = Phase::kNoise;
};

/// Where a row comes from: for its letter, where it is late.
struct RowOrigin {
  std::int64_t offset = 0;  ///< of its message, in the split
  std::string_view bytes;   ///< as it came
};

/// What one pull of one split brought, decoded and cleaned, or as much of it as kBatchRecords allow. Owns its bytes,
/// and is used again for the next one, so that its memory is allocated a few times only. One thread at a time; it may
/// pass from thread to thread.
class RecordBatch {
 public:
  RecordBatch() = default;
  RecordBatch(const RecordBatch&) = delete;  // long ids and origins point into its bytes
  RecordBatch& operator=(const RecordBatch&) = delete;

  std::string split;
  std::string bytes;                                 ///< the messages as they came; long ids and origins point into it
  std::vector<RowOrigin> origins;                    ///< of the rows, where letters of late ones are wanted; else none
  Timestamp highest = kBeforeAll;                    ///< of the rows; kBeforeAll where there is none
  std::array<std::uint64_t, kRejections> dropped{};  ///< by reason
  std::string dead_letters;                          ///< delimited letters of the dropped ones, where they are wanted

  [[nodiscard]] std::span<const BatchRow> rows() const { return {row_room_.data(), row_count_}; }

  /// How many rows more it can take.
  [[nodiscard]] std::size_t room_for_rows() const { return row_room_.size() - row_count_; }

  /// The next row, to be filled; the batch must not be full. All room is made once, and a row is written where it
  /// stays: of a vector's own way to grow, the copy alone was a tenth of a record's time.
  BatchRow& add_row() { return row_room_[row_count_++]; }

  /// Room for so many bytes of messages. What an uncommonly long one took is given back behind it.
  char* room_for(std::size_t size) {
    if (bytes.capacity() > limits::kBatchBytes && size <= limits::kBatchBytes) std::string().swap(bytes);
    bytes.resize(size);
    return bytes.data();
  }

  /// Whether it should leave before more is decoded.
  [[nodiscard]] bool full() const { return room_for_rows() == 0 || dead_letters.size() >= limits::kBatchBytes; }

  /// Forgets what was made of the bytes.
  void clear() {
    row_count_ = 0;
    origins.clear();
    highest = kBeforeAll;
    dropped.fill(0);
    dead_letters.clear();
  }

  /// What it keeps allocated.
  [[nodiscard]] std::size_t memory_bytes() const {
    return bytes.capacity() + row_room_.size() * sizeof(BatchRow) + origins.capacity() * sizeof(RowOrigin) +
           dead_letters.capacity();
  }

 private:
  std::vector<BatchRow> row_room_ = std::vector<BatchRow>(limits::kBatchRecords);
  std::size_t row_count_ = 0;
};

}  // namespace temblor::flink
