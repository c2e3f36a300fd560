#include "elastic/decision_log.h"

#include <algorithm>

#include "base/limits.h"
#include "elastic/capacity.h"
#include "elastic/decide.h"
#include "elastic/file_tail.h"

namespace temblor::elastic {

DecisionRecord record_of(const Situation& situation, const Decision& decision) {
  DecisionRecord record;
  record.time = situation.now;
  record.policy = situation.conf.policy;
  record.cluster = situation.cluster;
  record.samples = situation.samples.size();
  if (!situation.samples.empty()) {
    const Sample& newest = situation.samples.back();
    record.throughput = newest.throughput;
    record.cpu = newest.cpu;
    if (newest.detail) record.pending = newest.detail->pending;
    record.busy = busiest(newest);
  }
  record.capacity = capacity_in(situation);
  record.decision = decision;
  return record;
}

DecisionLog::DecisionLog(FileSystem& files, const std::string& metrics_dir)
    : files_(files), path_(metrics_dir + "/decisions.jsonl"), older_path_(path_ + ".1") {}

Result<void> DecisionLog::append(const DecisionRecord& record) {
  if (files_.exists(path_)) {
    TEMBLOR_ASSIGN(const std::uint64_t size, files_.size(path_));
    if (size > limits::kElasticDetailBytes) TEMBLOR_TRY(files_.rename(path_, older_path_));
  }
  return append_line(files_, path_, decision_line(record));
}

Result<std::optional<DecisionRecord>> DecisionLog::newest() {
  for (const std::string& path : {path_, older_path_}) {
    TEMBLOR_ASSIGN(const std::string text, read_tail(files_, path, limits::kElasticTailBytes));
    const auto lines = lines_of(text);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (auto record = parse_decision_line(*line)) return record;
    }
  }
  return std::nullopt;
}

Result<std::vector<DecisionRecord>> DecisionLog::events(std::size_t most) {
  std::vector<DecisionRecord> newest_first;
  for (const std::string& path : {path_, older_path_}) {
    TEMBLOR_ASSIGN(const std::string text, read_tail(files_, path, 2 * limits::kElasticDetailBytes));
    const auto lines = lines_of(text);
    for (auto line = lines.rbegin(); line != lines.rend() && newest_first.size() < most; ++line) {
      auto record = parse_decision_line(*line);
      if (record && !record->decision.actions.empty()) newest_first.push_back(*std::move(record));
    }
  }
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

}  // namespace temblor::elastic
