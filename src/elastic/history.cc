#include "elastic/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/limits.h"
#include "elastic/detail_json.h"
#include "elastic/file_tail.h"

namespace temblor::elastic {
namespace {

/// Takes `prefix` and the number behind it off the front of `text`.
template <class Number>
bool take(std::string_view& text, std::string_view prefix, Number& number) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return true;
}

/// The lines behind `spent`, or all where it is not there.
std::vector<std::string_view> unspent(std::vector<std::string_view> lines, std::string_view spent) {
  if (spent.empty()) return lines;
  const auto found = std::find(lines.rbegin(), lines.rend(), spent);
  if (found != lines.rend()) lines.erase(lines.begin(), found.base());
  return lines;
}

std::int64_t whole_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::string history_line(const Sample& sample) {
  return fmt::format("{},throughput:{:.0f},cpu:{:.4f}", whole_seconds(sample.time), sample.throughput, sample.cpu);
}

std::optional<Sample> parse_history_line(std::string_view line) {
  constexpr std::int64_t kMsPerSecond = 1000;
  std::int64_t seconds = 0;
  Sample sample;
  if (!take(line, "", seconds) || !take(line, ",throughput:", sample.throughput) || !take(line, ",cpu:", sample.cpu)) {
    return std::nullopt;
  }
  const bool sensible = std::isfinite(sample.throughput) && sample.throughput >= 0 && std::isfinite(sample.cpu) &&
                        sample.cpu >= 0 && seconds >= 0 && seconds <= to_ms(kLatest) / kMsPerSecond;
  if (!line.empty() || !sensible) return std::nullopt;
  sample.time = timestamp_from_ms(seconds * kMsPerSecond);
  return sample;
}

History::History(FileSystem& files, std::string metrics_dir)
    : files_(files),
      directory_(std::move(metrics_dir)),
      lines_path_(directory_ + "/history_metrics.log"),
      details_path_(directory_ + "/details.jsonl") {}

Result<void> History::append(const Sample& sample) {
  if (!files_.exists(lines_path_)) TEMBLOR_TRY(files_.remove(details_path_));
  if (files_.exists(details_path_)) {
    TEMBLOR_ASSIGN(const std::uint64_t size, files_.size(details_path_));
    if (size > limits::kElasticDetailBytes) {
      TEMBLOR_ASSIGN(const std::string tail, read_tail(files_, details_path_, limits::kElasticTailBytes));
      TEMBLOR_TRY(replace_file(files_, details_path_, tail));
    }
  }
  // First, so that whoever reads the line finds its detail.
  if (sample.detail) TEMBLOR_TRY(append_line(files_, details_path_, detail_line(sample)));
  return append_line(files_, lines_path_, history_line(sample));
}

Result<Samples> History::read(Timestamp now, std::string_view spent_line) {
  // Half a second may lie between the clock of who wrote and of who reads.
  const Timestamp latest = now + std::chrono::seconds(1);
  Samples samples;
  TEMBLOR_ASSIGN(const std::string text, read_tail(files_, lines_path_, limits::kElasticTailBytes));
  const auto lines = unspent(lines_of(text), spent_line);
  // From the newest back: where the clock was set back, what came after is what counts.
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    auto sample = parse_history_line(*line);
    if (!sample) {
      ++samples.unreadable;
    } else if (sample->time > latest) {
      ++samples.from_future;
    } else if (!samples.all.empty() && sample->time > samples.all.back().time) {
      ++samples.out_of_order;
    } else {
      if (samples.all.empty()) samples.newest_line = *line;
      samples.all.push_back(*std::move(sample));
    }
  }
  std::reverse(samples.all.begin(), samples.all.end());
  if (samples.all.empty()) return samples;

  TEMBLOR_ASSIGN(const std::string details, read_tail(files_, details_path_, limits::kElasticTailBytes));
  std::map<std::int64_t, Sample> by_second;
  for (const std::string_view line : lines_of(details)) {
    if (auto sample = parse_detail_line(line)) by_second.insert_or_assign(whole_seconds(sample->time), *sample);
  }
  for (Sample& sample : samples.all) {
    const auto found = by_second.find(whole_seconds(sample.time));
    if (found == by_second.end() || found->second.time > latest) continue;
    // A person may have written another line for the same second.
    if (history_line(found->second) == history_line(sample)) sample = found->second;
  }
  // Details know the milliseconds, lines without them do not.
  std::stable_sort(samples.all.begin(), samples.all.end(),
                   [](const Sample& a, const Sample& b) { return a.time < b.time; });
  return samples;
}

Result<std::optional<Sample>> History::newest(Timestamp now) {
  TEMBLOR_ASSIGN(Samples samples, read(now));
  if (samples.all.empty()) return std::nullopt;
  return std::move(samples.all.back());
}

}  // namespace temblor::elastic
