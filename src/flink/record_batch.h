#pragma once

#include <array>
#include <cstdint>
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
  std::int64_t offset = 0;  ///< of its message, in the split
  std::string_view bytes;   ///< as it came
};

/// What one pull of one split brought, decoded and cleaned, or as much of it as kBatchRecords allow. Owns its bytes,
/// and is used again for the next one, so that its memory is allocated a few times only. One thread at a time; it may
/// pass from thread to thread.
struct RecordBatch {
  std::string split;
  std::string bytes;  ///< the messages as they came; rows point into it
  std::vector<BatchRow> rows;
  Timestamp highest = kBeforeAll;                    ///< of the rows; kBeforeAll where there is none
  std::array<std::uint64_t, kRejections> dropped{};  ///< by reason
  std::string dead_letters;                          ///< delimited letters of the dropped ones, where they are wanted

  /// Room for so many bytes of messages. What an uncommonly long one took is given back behind it.
  char* room_for(std::size_t size) {
    if (bytes.capacity() > limits::kBatchBytes && size <= limits::kBatchBytes) std::string().swap(bytes);
    bytes.resize(size);
    return bytes.data();
  }

  /// Whether it should leave before more is decoded.
  [[nodiscard]] bool full() const {
    return rows.size() >= limits::kBatchRecords || dead_letters.size() >= limits::kBatchBytes;
  }

  /// Forgets what was made of the bytes.
  void clear() {
    rows.clear();
    highest = kBeforeAll;
    dropped.fill(0);
    dead_letters.clear();
  }

  /// What it keeps allocated.
  [[nodiscard]] std::size_t memory_bytes() const {
    return bytes.capacity() + rows.capacity() * sizeof(BatchRow) + dead_letters.capacity();
  }
};

}  // namespace temblor::flink
