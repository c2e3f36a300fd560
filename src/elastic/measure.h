#pragma once

#include <string>

#include "elastic/observation.h"
#include "elastic/sample.h"

namespace temblor::elastic {

/// The sample that follows from what is seen now and from the newest sample before, which may be null: the first says a
/// throughput of 0. A pure function.
///
/// Throughput: the sum over the sources of what each counter grew by, over the time in which it did (counter.h).
/// CPU: the mean over the TaskManagers of the CPU time each used between samples, over its share of the CPUs of its
/// host, which the TaskManagers there have to divide: a small one on a big host can so reach 1. Where there are no two
/// samples of one, its JVM's own word for its load takes their place.
/// A sample before that is not older than now (a clock that was set back), or has no detail, is none.
Sample measure(const Sample* before, const Observation& seen);

/// `throughput=10/s | cpu=0.0065 | tm=3 | records=15`: what `collect` prints of a sample.
std::string sample_line(const Sample& sample);

}  // namespace temblor::elastic
