#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "pipeline/pipeline.h"
#include "testing/faulty_file_system.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor {

/// A reading as a test writes it, good unless it says otherwise.
struct TestReading {
  std::string sensor = "S001";
  std::int64_t time_ms = 0;
  float amplitude = 1;
  std::string phase = "P";
  int quality = 1;
};
/// As a SeismicRecord.
std::string message_of(const TestReading& reading);

/// Splits of readings over some ten seconds: jittering, some late, some breaking each rule, some bytes that do not
/// parse, one reading from the year 2600. Delimited messages, by the name of the split's file.
std::map<std::string, std::string> test_input(std::uint64_t seed, int splits, int readings);

/// The time from which test_input's readings are; its clocks stand a day later.
inline constexpr Timestamp kInputBegins = timestamp_from_ms(1'274'977'473'000);

/// How one run of the job is to go.
struct RunPlan {
  std::uint32_t threads = 1;
  std::size_t batch_records = 7;
  DeliveryMode delivery = DeliveryMode::kExactlyOnce;
  std::uint64_t polls_per_checkpoint = 6;  ///< so many batches are read, and then no more until there is a checkpoint
  std::uint64_t stop_after_polls = 0;      ///< as SIGTERM; 0: never
  std::uint64_t fault_at = 0;              ///< number of the operation on files, from 1; 0: none
  Fault fault = Fault::kFails;
  int error = 0;
};

/// What a run came to.
struct RunOutcome {
  Result<Summary> summary;
  std::uint64_t operations = 0;  ///< on files, that change something
};

/// A machine with input files below `in/`, on which the job runs from `in/` to `out/`, with its state in `state/`;
/// its files outlive the runs. A run with one thread does the same each time, down to each operation on files.
class JobWorld {
 public:
  explicit JobWorld(const std::map<std::string, std::string>& input);

  RunOutcome run(const RunPlan& plan);

  MemoryFileSystem& files() { return files_; }

  /// What lies below `out/`, path to content; the letters in them sorted, because splits may take turns otherwise.
  std::map<std::string, std::string> output();

  /// Flips a bit in the newest checkpoint, if there is one before it.
  void damage_newest_checkpoint(std::uint64_t seed);

 private:
  std::vector<std::string> paths_;
  MemoryFileSystem files_;
};

}  // namespace temblor
