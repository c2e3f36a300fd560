#include "flink/batch_combiner.h"

#include <algorithm>
#include <span>

#include "base/assert.h"
#include "flink/partial_rows.h"
#include "schema/serializer.h"

namespace temblor::flink {
namespace {

/// Readings that are looked up ahead of the one that is added, so that their waits for memory overlap.
constexpr std::size_t kAhead = 32;

}  // namespace

BatchCombiner::Added BatchCombiner::add(const RecordBatch& batch, Timestamp highest, Timestamp stamp,
                                        std::string& partials, std::string& late_letters) {
  TEMBLOR_ASSERT(!settings_.keep_late || batch.origins.size() == batch.rows().size());
  Added added;
  SplitWatermark watermark(settings_.window, settings_.out_of_orderness, highest);
  struct Place {
    Timestamp window_start{};
    std::uint64_t key = 0;
  };
  Place places[kAhead];
  const std::span<const BatchRow> rows = batch.rows();
  for (std::size_t begin = 0; begin < rows.size(); begin += kAhead) {
    const std::size_t count = std::min(kAhead, rows.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      const BatchRow& row = rows[begin + i];
      const Timestamp start = assigner_.start_of(settings_.event_time ? row.time : stamp);
      places[i] = {.window_start = start, .key = Combiner::key(row.hash, start)};
      combiner_.prefetch(places[i].key);
    }
    if (!combiner_.has_room_for(count)) {
      combiner_.adapt(held_);
      drain(partials);
    }
    std::size_t late = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const BatchRow& row = rows[begin + i];
      if (settings_.event_time) {
        if (watermark.is_late(row.time)) [[unlikely]] {
          ++late;
          if (settings_.keep_late) write_late(batch, begin + i, late_letters);
          continue;
        }
        watermark.observe(row.time);
      }
      combiner_.add(places[i].key, row.hash, row.sensor, places[i].window_start, row.amplitude, row.phase);
    }
    added.late += late;
    added.accepted += count - late;
    held_ += count - late;
  }
  return added;
}

void BatchCombiner::drain(std::string& partials) {
  for (const Partial& partial : combiner_.partials()) append_partial(partial, partials);
  combiner_.clear();
  held_ = 0;
}

void BatchCombiner::write_late(const RecordBatch& batch, std::size_t row, std::string& late_letters) {
  letter_.clear();
  serialize(Letter{.split = batch.split,
                   .offset = batch.origins[row].offset,
                   .end_offset = 0,
                   .reason = "late",
                   .time_ms = to_ms(batch.rows()[row].time),
                   .payload = batch.origins[row].bytes,
                   .count = 1},
            letter_);
  append_delimited(letter_, late_letters);
}

}  // namespace temblor::flink
