#include "testing/sample_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/hash.h"

namespace temblor {
namespace {

constexpr Timestamp kWindow = timestamp_from_ms(1'274'977'473'000);

WindowResults sample_results(std::uint64_t id, Timestamp start) {
  WindowResults results;
  results.window_start = start;
  results.window_end = start + Milliseconds(1000);
  auto ids = std::make_shared<const std::string>("BW.UH1..EHZBW.UH2..EHZ");
  for (std::size_t i = 0; i < 2; ++i) {
    results.rows.push_back({.sensor_id = std::string_view(*ids).substr(11 * i, 11),
                            .avg_amplitude = 0.1F + static_cast<float>(id),
                            .max_amplitude = 3.4e38F,
                            .min_amplitude = -1e-45F,
                            .p_phase_count = 1,
                            .s_phase_count = 2,
                            .n_phase_count = static_cast<std::int32_t>(i)});
  }
  results.ids.push_back(std::move(ids));
  return results;
}

std::string facts_to_text(const CheckpointFacts& facts) {
  std::string text = fmt::format("facts {} {} {} {} {} {} {} {} {}\n", facts.id, to_ms(facts.created),
                                 to_ms(facts.job_start), to_ms(facts.reference), to_ms(facts.closed_through),
                                 to_ms(facts.last_stamp), facts.seconds, facts.restarts, facts.finished);
  for (const auto& [key, value] : facts.settings) text += fmt::format("setting {}={}\n", key, value);
  const Counts& counts = facts.counts;
  text += fmt::format("counts {} {} {} {} {} {} {}\n", counts.records_read, counts.records_accepted,
                      fmt::join(counts.dropped, ","), counts.late, counts.windows_emitted, counts.results_emitted,
                      counts.gaps);
  return text;
}

template <class AnyCheckpoint>
std::string without_windows(const AnyCheckpoint& checkpoint) {
  std::string text = facts_to_text(checkpoint.facts);
  for (const SplitCheckpoint& split : checkpoint.splits) {
    text +=
        fmt::format("split {} {} '{}' {} {}\n", split.id, split.offset, split.state, to_ms(split.highest), split.ended);
  }
  for (const SinkCheckpoint& sink : checkpoint.sinks) text += fmt::format("sink {} '{}'\n", sink.uri, sink.prepared);
  for (const WindowResults& results : checkpoint.results) {
    for (const ResultRow& row : results.rows) {
      text += fmt::format("result {} {} {} {} {} {} {} {} {}\n", to_ms(results.window_start), to_ms(results.window_end),
                          row.sensor_id, row.avg_amplitude, row.max_amplitude, row.min_amplitude, row.p_phase_count,
                          row.s_phase_count, row.n_phase_count);
    }
  }
  return text + fmt::format("late '{}'\ndead '{}'\n", checkpoint.late_letters, checkpoint.dead_letters);
}

template <class Take>
void each_open(std::uint64_t id, int sensors, Take take) {
  for (int i = 0; i < sensors; ++i) {
    const std::string sensor = i == 0 ? std::string(255, 'L') : fmt::format("S{:03}", i);
    for (const Timestamp start : {kWindow, kWindow + Milliseconds(1000)}) {
      Aggregate aggregate;
      aggregate.add(0.25F * static_cast<float>(i) - static_cast<float>(id), Phase::kP);
      if (i % 2 == 1) aggregate.add(3e38F, Phase::kS);  // does not fit the narrow sum
      if (i % 4 == 1) aggregate.add(-1e-45F, Phase::kNoise);
      take(start, sensor, aggregate);
    }
  }
}

}  // namespace

Checkpoint sample_checkpoint(std::uint64_t id, int sensors) {
  Checkpoint checkpoint;
  CheckpointFacts& facts = checkpoint.facts;
  facts.id = id;
  facts.created = timestamp_from_ms(1'700'000'000'000);
  facts.settings = {{"window", "1s"}, {"from", "file:/caf\xC3\xA9"}, {"sink", ""}};
  facts.job_start = timestamp_from_ms(1'600'000'000'000);
  facts.reference = timestamp_from_ms(1'650'000'000'000);
  facts.closed_through = kWindow;
  facts.counts = {.records_read = 100 + id,
                  .records_accepted = 90,
                  .dropped = {},
                  .late = 3,
                  .windows_emitted = 4,
                  .results_emitted = 5,
                  .gaps = 6};
  for (std::size_t i = 0; i < kRejections; ++i) facts.counts.dropped[i] = i * i;
  facts.seconds = 1.5;
  facts.restarts = 2;
  facts.finished = id % 2 == 0;
  checkpoint.splits.push_back({.id = "file:/a.pb", .offset = 1'000'000, .state = {}, .highest = kBeforeAll});
  checkpoint.splits.push_back({.id = "miniseed:BW.UH1..EHZ",
                               .offset = static_cast<std::int64_t>(id),
                               .state = std::string("\0\xFF state", 8),
                               .highest = kWindow,
                               .ended = true});
  checkpoint.sinks.push_back({.uri = "file:/out", .prepared = "12345"});
  checkpoint.sinks.push_back({.uri = "csv:", .prepared = ""});

  WindowOperator windows({.window = Milliseconds(1000), .max_sensors = 1'000'000, .shards = 4});
  each_open(id, sensors, [&](Timestamp start, const std::string& sensor, const Aggregate& aggregate) {
    windows.restore(start, sensor, hash_bytes(sensor, 1), aggregate);
  });
  checkpoint.windows = windows.freeze();
  checkpoint.results.push_back(sample_results(id, kWindow - Milliseconds(2000)));
  checkpoint.results.push_back(sample_results(id, kWindow - Milliseconds(1000)));
  checkpoint.late_letters = std::string("late\0", 5);
  checkpoint.dead_letters = "dead \xFE " + std::to_string(id);
  return checkpoint;
}

std::string open_to_text(Timestamp window_start, std::string_view sensor_id, const Aggregate& aggregate) {
  std::string wide;
  for (const char byte : aggregate.sum().wide_bytes()) wide += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  const auto narrow = static_cast<UInt128>(aggregate.sum().narrow());
  return fmt::format("open {} {} {:x}:{:x} {} {} {} {} {} {}\n", to_ms(window_start), sensor_id,
                     static_cast<std::uint64_t>(narrow >> 64U), static_cast<std::uint64_t>(narrow), wide,
                     aggregate.max(), aggregate.min(), aggregate.phase_count(Phase::kP),
                     aggregate.phase_count(Phase::kS), aggregate.phase_count(Phase::kNoise));
}

std::string sample_windows(std::uint64_t id, int sensors) {
  std::multiset<std::string> lines;
  each_open(id, sensors, [&](Timestamp start, const std::string& sensor, const Aggregate& aggregate) {
    lines.insert(open_to_text(start, sensor, aggregate));
  });
  return fmt::format("{}", fmt::join(lines, ""));
}

std::string sample_text(std::uint64_t id) { return to_text(sample_checkpoint(id), sample_windows(id)); }

std::string to_text(const Checkpoint& checkpoint, const std::string& windows) {
  return without_windows(checkpoint) + windows;
}

std::string to_text(const RestoredCheckpoint& checkpoint, const std::string& windows) {
  return without_windows(checkpoint) + windows;
}

Result<std::size_t> BytesInput::read(std::span<char> into) {
  const std::size_t count = std::min(into.size(), rest_.size());
  if (count != 0) std::memcpy(into.data(), rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

Result<std::string> read_as_text(std::string_view bytes) {
  BytesInput file(bytes);
  std::multiset<std::string> lines;
  TEMBLOR_ASSIGN(const auto checkpoint,
                 read_checkpoint(file, "a checkpoint",
                                 [&](Timestamp window_start, std::string_view sensor_id, const Aggregate& aggregate) {
                                   lines.insert(open_to_text(window_start, sensor_id, aggregate));
                                 }));
  return to_text(checkpoint, fmt::format("{}", fmt::join(lines, "")));
}

}  // namespace temblor
