#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "connectors/memory/memory_sink.h"
#include "connectors/memory/memory_source.h"
#include "pipeline/pipeline.h"
#include "testing/job_world.h"

namespace temblor {

inline constexpr std::int64_t kBegin = 1'274'977'473'000;

inline std::string reading(std::int64_t after_ms, float amplitude = 1, const std::string& sensor = "S1") {
  return message_of({.sensor = sensor, .time_ms = kBegin + after_ms, .amplitude = amplitude});
}

/// A job from memory to memory, on a clock that stands a day after the readings.
struct Bench {
  std::shared_ptr<MemoryStream> stream = std::make_shared<MemoryStream>();
  MemorySource::Settings source;
  std::shared_ptr<MemoryOutput> results = std::make_shared<MemoryOutput>();
  std::shared_ptr<MemoryOutput> late = std::make_shared<MemoryOutput>();
  std::shared_ptr<MemoryOutput> dead = std::make_shared<MemoryOutput>();
  MemoryFileSystem files;
  SimClock clock{timestamp_from_ms(kBegin) + std::chrono::hours(24)};
  std::atomic<bool> stop{false};

  Job job() {
    Job job;
    job.sources.push_back({.uri = "memory:", .source = std::make_unique<MemorySource>(stream, source)});
    job.sinks.push_back({.uri = "memory:results", .sink = std::make_unique<MemorySink>(results)});
    job.late_sink = {.uri = "memory:late", .sink = std::make_unique<MemoryLetterSink>(late)};
    job.dead_letter_sink = {.uri = "memory:dead", .sink = std::make_unique<MemoryLetterSink>(dead)};
    return job;
  }
  Result<Summary> run(Job job, std::uint64_t hash_seed = 1) {
    return run_pipeline(std::move(job), {.clock = clock, .files = files, .hash_seed = hash_seed}, stop);
  }
  Summary run_well(Job job) {
    auto summary = run(std::move(job));
    EXPECT_TRUE(summary) << summary.error().to_line();
    return summary.value_or(Summary{});
  }
};

inline std::uint64_t dropped(const Summary& summary, Rejection reason) {
  return summary.life.dropped[static_cast<std::size_t>(reason)];
}

inline std::string line(std::int64_t window, const std::string& rest, const std::string& sensor = "S1") {
  return fmt::format("{} {} {} {}", sensor, kBegin + window, kBegin + window + 1000, rest);
}

}  // namespace temblor
