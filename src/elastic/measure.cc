#include "elastic/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace temblor::elastic {
namespace {

constexpr double kNsPerSecond = 1e9;

/// What a vertex has worked through. A source of the new kind counts what it takes in; of an old one numRecordsIn stays
/// at 0, and only what it sends on counts.
std::optional<double> counted_records(const VertexMetrics& vertex) {
  if (vertex.is_source && vertex.records_in.value_or(0) <= 0) {
    return vertex.records_out ? vertex.records_out : vertex.records_in;
  }
  return vertex.records_in;
}

/// The counters of the sample before, as they are to be gone on from.
class Before {
 public:
  Before(const Sample* sample, const std::string& job_id)
      : sample_(sample), other_job_(sample != nullptr && sample->detail->job_id != job_id) {}

  /// In another job each counter began from zero, whatever it shows by now.
  [[nodiscard]] std::optional<Counter> vertex(const std::string& id) const {
    if (sample_ == nullptr) return std::nullopt;
    const auto found = sample_->detail->vertices.find(id);
    if (found == sample_->detail->vertices.end() || found->second.records.seen_at == Timestamp{}) {
      return other_job_ ? std::optional(begun_since(sample_->time)) : std::nullopt;
    }
    Counter counter = found->second.records;
    if (other_job_) counter.value = 0;
    return counter;
  }

  [[nodiscard]] std::optional<Counter> cpu_time(const std::string& task_manager) const {
    if (sample_ == nullptr) return std::nullopt;
    const auto found = sample_->detail->cpu_time.find(task_manager);
    return found == sample_->detail->cpu_time.end() ? std::nullopt : std::optional(found->second);
  }

  /// When the job was first seen; nothing where it is now for the first time.
  [[nodiscard]] std::optional<Timestamp> began() const {
    return sample_ == nullptr ? std::nullopt : std::optional(sample_->detail->began);
  }
  [[nodiscard]] double records() const { return sample_ == nullptr ? 0 : sample_->detail->records; }
  [[nodiscard]] bool other_job() const { return other_job_; }

 private:
  const Sample* sample_;
  bool other_job_;
};

Counter advanced(const std::optional<Counter>& counter, double value, Timestamp now) {
  return counter ? next(*counter, value, now) : first_seen(value, now);
}

void measure_vertices(const Before& before, const Observation& seen, Sample& sample) {
  Detail& detail = *sample.detail;
  detail.began_again = before.other_job();
  detail.records = before.records();
  for (const VertexMetrics& vertex : seen.vertices) {
    VertexSample measured{vertex.name, vertex.is_source, vertex.parallelism, {}, vertex.busy};
    const auto was = before.vertex(vertex.id);
    if (const auto value = counted_records(vertex)) {
      detail.began_again = detail.began_again || (was && *value < was->value);
      measured.records = advanced(was, *value, seen.time);
    } else if (was) {
      measured.records = *was;
      measured.records.rate = 0;
    }
    if (vertex.is_source) {
      sample.throughput += measured.records.rate;
      detail.records += measured.records.total - (was ? was->total : 0);
      if (vertex.pending) detail.pending = detail.pending.value_or(0) + *vertex.pending;
    }
    detail.vertices.emplace(vertex.id, std::move(measured));
  }
  detail.began = detail.began_again ? seen.time : before.began().value_or(seen.time);
}

/// The CPUs that a TaskManager can make use of: its part of those of the host, and one for each slot at the most. A
/// small one on a big host would else never be seen at work.
double usable_cpus(double part_of_host, std::int64_t slots) {
  return slots > 0 ? std::min(part_of_host, static_cast<double>(slots)) : part_of_host;
}

void measure_task_managers(const Before& before, const Observation& seen, Sample& sample) {
  Detail& detail = *sample.detail;
  std::map<std::string, double> on_host;
  for (const TaskManagerMetrics& tm : seen.task_managers) ++on_host[tm.host];
  double sum = 0;
  double known = 0;
  for (const TaskManagerMetrics& tm : seen.task_managers) {
    detail.slots += tm.slots;
    detail.free_slots += tm.free_slots;
    const auto host_cpus = static_cast<double>(std::max<std::int64_t>(tm.host_cpus, 1));
    const double cpus = usable_cpus(host_cpus / on_host[tm.host], tm.slots);
    std::optional<double> load;
    if (tm.cpu_load) load = *tm.cpu_load * host_cpus / cpus;
    if (tm.cpu_time_ns) {
      const Counter& now = detail.cpu_time[tm.id] = advanced(before.cpu_time(tm.id), *tm.cpu_time_ns, seen.time);
      if (now.has_changed) load = now.rate / kNsPerSecond / cpus;
    }
    if (!load) continue;
    sum += std::clamp(*load, 0.0, 1.0);
    known += 1;
  }
  detail.task_managers = static_cast<std::int64_t>(seen.task_managers.size());
  sample.cpu = known > 0 ? sum / known : 0;
}

}  // namespace

Sample measure(const Sample* before, const Observation& seen) {
  if (before != nullptr && (!before->detail || before->time >= seen.time)) before = nullptr;
  Sample sample{.time = seen.time, .detail = Detail{}};
  Detail& detail = *sample.detail;
  detail.job_id = seen.job_id;
  detail.job_state = seen.job_state;
  detail.parallelism = seen.parallelism;
  const Before counters(before, seen.job_id);
  measure_vertices(counters, seen, sample);
  measure_task_managers(counters, seen, sample);
  return sample;
}

std::string sample_line(const Sample& sample) {
  const Detail detail = sample.detail.value_or(Detail{});
  return fmt::format("throughput={:.0f}/s | cpu={:.4f} | tm={} | records={:.0f}", sample.throughput, sample.cpu,
                     detail.task_managers, detail.records);
}

}  // namespace temblor::elastic
