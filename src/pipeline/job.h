#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "connectors/sink.h"
#include "connectors/source.h"

namespace temblor {

enum class DeliveryMode : std::uint8_t {
  kExactlyOnce,  ///< results become visible with the checkpoint that covers them
  kAtLeastOnce,  ///< results leave when their window closes; after a crash some come again
};

struct NamedSource {
  std::string uri;
  std::unique_ptr<Source> source;
};

struct NamedSink {
  std::string uri;
  std::unique_ptr<Sink> sink;
};

struct NamedLetterSink {
  std::string uri;
  std::unique_ptr<LetterSink> sink;
};

/// Everything that one run of the main job needs, checked, nothing opened. Made by the command line or a test.
struct Job {
  std::vector<NamedSource> sources;  ///< at least one
  std::vector<NamedSink> sinks;      ///< may be empty: then only the counts come out
  std::optional<NamedLetterSink> late_sink;
  std::optional<NamedLetterSink> dead_letter_sink;

  TimeMode time_mode = TimeMode::kEvent;
  Milliseconds window{1000};                      ///< > 0; windows are aligned to the epoch
  Milliseconds out_of_orderness{1000};            ///< ≥ 0
  Milliseconds idle_timeout{5000};                ///< unbounded sources only; 0: a split is never idle
  Milliseconds max_ahead{60000};                  ///< event time only
  Milliseconds max_drift{10000};                  ///< splits further ahead of the slowest than this pause
  std::optional<AmplitudeRange> amplitude_range;  ///< else each source's own

  std::string checkpoint_dir;  ///< empty: no checkpoints, results leave at once
  Milliseconds checkpoint_interval{10000};
  DeliveryMode delivery = DeliveryMode::kExactlyOnce;

  std::uint32_t threads = 1;                 ///< 1 … limits::kThreads
  std::optional<std::uint64_t> max_records;  ///< over all splits and the whole life of the job
  std::size_t max_sensors = limits::kSensors;
  std::size_t batch_records = limits::kBatchRecords;
};

}  // namespace temblor
