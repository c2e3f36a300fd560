#include "elastic/explain.h"

#include <fmt/format.h>

#include "elastic/local_time.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

std::string measured(const DecisionRecord& record, const Texts& texts) {
  std::string text = fmt::format(fmt::runtime(texts.choose("{} 个采样，最新: 吞吐量 {:.0f} 条/秒，CPU {:.4f}",
                                                           "{} samples, the newest: {:.0f} records/s, CPU {:.4f}")),
                                 record.samples, record.throughput, record.cpu);
  if (record.busy) text += fmt::format(fmt::runtime(texts.choose("，繁忙度 {:.2f}", ", busy {:.2f}")), *record.busy);
  if (record.pending) {
    text += fmt::format(fmt::runtime(texts.choose("，积压 {:.0f} 条", ", {:.0f} waiting")), *record.pending);
  }
  if (record.capacity > 0) {
    text +=
        fmt::format(fmt::runtime(texts.choose("，处理能力约 {:.0f} 条/秒", ", can do some {:.0f}/s")), record.capacity);
  }
  return text;
}

std::string outcome_of(const DecisionRecord& record, std::size_t action, const Texts& texts) {
  if (record.dry_run) return std::string(texts.choose("演练，未执行", "dry run, not done"));
  if (action >= record.outcomes.size()) return std::string(texts.choose("未执行", "not done"));
  const Outcome& outcome = record.outcomes[action];
  std::string text = outcome.done ? std::string(texts.choose("完成", "done"))
                                  : std::string(texts.choose("失败: ", "failed: ")) + outcome.error;
  text += fmt::format(fmt::runtime(texts.choose("，用时 {:.1f} 秒", ", took {:.1f} s")), seconds(outcome.took));
  if (outcome.downtime > Milliseconds(0)) {
    text += fmt::format(fmt::runtime(texts.choose("，作业中断 {:.1f} 秒", ", job down for {:.1f} s")),
                        seconds(outcome.downtime));
  }
  return text;
}

}  // namespace

std::string explain(const DecisionRecord& record, const Texts& texts) {
  const auto& [findings, actions] = record.decision;
  std::string text =
      fmt::format("{}  POLICY={}\n", local_time(record.time), record.policy == Policy::kModel ? "model" : "threshold");
  text += texts.state(record.cluster.parallelism, record.cluster.task_managers) +
          fmt::format(fmt::runtime(texts.choose("，slot {} 个 (空闲 {})", ", {} slots ({} free)")),
                      record.cluster.slots, record.cluster.free_slots) +
          "\n" + measured(record, texts) + "\n";
  text += texts.choose(actions.empty() ? "没有动作，因为:" : "有动作，因为:",
                       actions.empty() ? "nothing was done, because:" : "something was done, because:");
  text += '\n';
  for (const Finding& finding : findings) text += "  - " + texts.explanation(finding) + "\n";
  for (std::size_t i = 0; i < actions.size(); ++i) {
    text += "  * " + texts.action(actions[i]) + ": " + outcome_of(record, i, texts) + "\n";
  }
  return text;
}

std::string list_events(const std::vector<DecisionRecord>& events, const Texts& texts) {
  std::string text;
  for (const DecisionRecord& record : events) {
    for (std::size_t i = 0; i < record.decision.actions.size(); ++i) {
      const Action& action = record.decision.actions[i];
      std::string why;
      for (const Finding& finding : record.decision.findings) {
        if (finding.note == action.because) why = texts.explanation(finding);
      }
      text += fmt::format("{}  {}  {}  ({})\n", local_time(record.time), texts.action(action),
                          outcome_of(record, i, texts), why);
    }
  }
  return text.empty() ? std::string(texts.choose("没有扩缩容事件\n", "nothing has been scaled\n")) : text;
}

}  // namespace temblor::elastic
