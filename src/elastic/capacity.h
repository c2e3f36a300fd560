#pragma once

#include <optional>
#include <span>

#include "elastic/conf.h"
#include "elastic/sample.h"

namespace temblor::elastic {

/// What some samples in a row, of one job at one parallelism, tell of its load and of what it could do.
struct Load {
  double processed = 0;             ///< records/s of the sources, on the average
  double arriving = 0;              ///< records/s: what is processed, and what the lag grew by
  std::optional<double> pending{};  ///< records that wait, at the newest sample
  double busy = 0;                  ///< of the busiest vertex, its busiest subtask, on the average; 0 … 1
  double per_subtask = 0;  ///< records/s of the sources that one subtask of the busiest vertex could work through
  double capacity = 0;     ///< records/s of the sources that the job could work through as it is
};

/// Nothing where no vertex says how busy it is and nothing waits, or nothing was processed. After DS2 (Kalavri et al.,
/// "Three steps is all you need", OSDI 2018, section 3): the true processing rate of a vertex is what it processed over
/// the share of time in which it was busy; here that of its busiest subtask, so that a skew is counted as what it
/// costs. Rates are told in records of the sources, whatever a vertex makes of one.
///
/// Where records wait in all of them, the job works as fast as it can, whatever its busy time says: then what it
/// processes is what it can do. A source that waits for its brokers is not busy, and the mean of a minute, which is
/// what Flink tells as busy time, is late. Samples of a job that has just begun are left out (tells_of_work).
std::optional<Load> load_of(std::span<const Sample> samples, const Conf& conf);

/// load_of(…).capacity alone.
std::optional<double> capacity_of(std::span<const Sample> samples, const Conf& conf);

/// Whether a sample says how the job works. In the first seconds of a job Flink tells all its tasks to be busy and all
/// its counters to be zero, and of the counters' first change nobody knows when it began.
bool tells_of_work(const Sample& sample);

/// The parallelism at which the busiest vertex is as busy as TARGET_UTILIZATION says by what arrives, and what waits is
/// worked off in CATCH_UP_TIME besides.
std::int64_t parallelism_for(const Load& load, const Conf& conf);

/// Records that wait beyond BACKLOG_TOLERANCE; 0 where no source reports a lag.
double backlog_of(const Load& load, const Conf& conf);

/// The same of a single sample, measured by its own throughput.
double backlog_of(const Sample& sample, const Conf& conf);

/// How busy the busiest vertex of a sample is, 0 … 1; nothing where none says so, or it does not tell of work.
std::optional<double> busiest(const Sample& sample);

}  // namespace temblor::elastic
