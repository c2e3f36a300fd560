// Any bytes as what people and a crash may leave in the scaler's files: its conf, its history and the details beside
// it, its decisions, a load to simulate. Whatever they are: reading ends; a conf that can be read takes a new value of
// one key and keeps all others; samples are in order and never from the future; what is written again is the same.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "elastic/conf.h"
#include "elastic/conf_syntax.h"
#include "elastic/decision_log.h"
#include "elastic/detail_json.h"
#include "elastic/history.h"
#include "elastic/measure.h"
#include "elastic/simulation/load_trace.h"
#include "testing/memory_file_system.h"

namespace temblor::elastic {
namespace {

void check_conf(std::string_view text) {
  const auto before = parse_assignments(text, "conf");
  static_cast<void>(parse_conf(text, "conf"));
  constexpr std::string_view kValue = "it's \"$(new)\" # `value`";
  const std::string changed = with_value(text, "JOB_ARGS", kValue);
  if (!before) return;
  const auto after = parse_assignments(changed, "conf");
  TEMBLOR_ASSERT(after.has_value());
  std::size_t last = before->size();  // where there is none it is added behind all others
  for (std::size_t i = 0; i < before->size(); ++i) {
    if ((*before)[i].key == "JOB_ARGS") last = i;
  }
  TEMBLOR_ASSERT(after->size() == std::max(before->size(), last + 1));
  TEMBLOR_ASSERT((*after)[last].key == "JOB_ARGS" && (*after)[last].value == kValue);
  for (std::size_t i = 0; i < before->size(); ++i) {
    const bool same = (*after)[i].key == (*before)[i].key && (*after)[i].value == (*before)[i].value;
    TEMBLOR_ASSERT(same || i == last);
  }
}

void check_history(std::string_view bytes) {
  MemoryFileSystem files;
  TEMBLOR_ASSERT(files.create_directories("/m").has_value());
  files.put("/m/history_metrics.log", std::string(bytes));
  files.put("/m/details.jsonl", std::string(bytes));
  const Timestamp now = timestamp_from_ms(1'764'458'400'000);
  const auto samples = History(files, "/m").read(now);
  TEMBLOR_ASSERT(samples.has_value());
  for (std::size_t i = 0; i < samples->all.size(); ++i) {
    TEMBLOR_ASSERT(samples->all[i].time <= now + std::chrono::seconds(1));
    TEMBLOR_ASSERT(i == 0 || samples->all[i - 1].time <= samples->all[i].time);
  }
}

void check_lines(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  if (const auto sample = parse_detail_line(line)) {
    const std::string written = detail_line(*sample);
    const auto again = parse_detail_line(written);
    TEMBLOR_ASSERT(again && detail_line(*again) == written);
    Observation seen{.time = sample->time + std::chrono::seconds(10)};
    for (const auto& [id, vertex] : sample->detail->vertices) {
      seen.vertices.push_back({.id = id, .name = "v", .is_source = true, .records_in = 7});
    }
    static_cast<void>(measure(&*sample, seen));
  }
  if (const auto record = parse_decision_line(line)) {
    const std::string written = decision_line(*record);
    const auto again = parse_decision_line(written);
    TEMBLOR_ASSERT(again && decision_line(*again) == written);
  }
}

}  // namespace
}  // namespace temblor::elastic

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  temblor::elastic::check_conf(bytes);
  temblor::elastic::check_history(bytes);
  temblor::elastic::check_lines(bytes);
  static_cast<void>(temblor::elastic::LoadTrace::parse(bytes, "load"));
  return 0;
}
