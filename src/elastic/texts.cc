#include "elastic/texts.h"

#include <fmt/format.h>

#include "elastic/finding_texts.h"
#include "elastic/seconds.h"

namespace temblor::elastic {
namespace {

/// Words with `{}` in them, chosen by the language, filled in.
template <class... Values>
std::string fill(const Texts& texts, std::string_view chinese, std::string_view english, const Values&... values) {
  return fmt::format(fmt::runtime(texts.choose(chinese, english)), values...);
}

}  // namespace

std::string Texts::decision_begins() const {
  return fill(*this, "========== 开始决策 ==========", "========== decision ==========");
}

std::string Texts::state(std::int64_t parallelism, std::int64_t task_managers) const {
  return fill(*this, "当前状态: 并行度={}, TM数量={}", "state: parallelism={}, TaskManagers={}", parallelism,
              task_managers);
}

std::string Texts::finding(const Finding& finding) const {
  const FindingText& text = text_of(finding.note);
  return fill(*this, text.line_zh, text.line_en, finding.first, finding.second);
}

std::string Texts::explanation(const Finding& finding) const {
  const FindingText& text = text_of(finding.note);
  return fill(*this, text.why_zh, text.why_en, finding.first, finding.second);
}

std::string Texts::action(const Action& action) const {
  return action.target == Target::kParallelism
             ? fill(*this, "并行度 {} -> {}", "parallelism {} -> {}", action.from, action.to)
             : fill(*this, "TM 数量 {} -> {}", "TaskManagers {} -> {}", action.from, action.to);
}

std::string Texts::starting_tm(std::string_view host) const {
  return fill(*this, "在 {} 启动新 TM...", "starting a TaskManager on {}...", host);
}

std::string Texts::tm_added(std::string_view host, std::int64_t count) const {
  return fill(*this, "{} 新增 TM，当前集群总数: {}", "{} has a new TaskManager, the cluster has {}", host, count);
}

std::string Texts::tm_not_registered(std::string_view host, Milliseconds waited) const {
  return fill(*this, "{} 的新 TM 在 {:.0f} 秒内未注册，扩容失败",
              "the new TaskManager on {} has not registered within {:.0f} s, it is not counted", host, seconds(waited));
}

std::string Texts::stopping_tm(std::string_view host) const {
  return fill(*this, "停止 {} 上的 TM...", "stopping a TaskManager on {}...", host);
}

std::string Texts::tm_removed(std::string_view host, std::int64_t count) const {
  return fill(*this, "{} 减少 TM，当前集群总数: {}", "{} has one TaskManager fewer, the cluster has {}", host, count);
}

std::string Texts::savepoint_begins(std::string_view directory) const {
  return fill(*this, "触发 Savepoint: {}...", "taking a savepoint into {}...", directory);
}

std::string Texts::savepoint_done(std::string_view path) const {
  return fill(*this, "Savepoint 完成: {}", "savepoint taken: {}", path);
}

std::string Texts::submitting(std::int64_t parallelism) const {
  return fill(*this, "以并行度 {} 从 Savepoint 重新提交作业...", "submitting the job from it with parallelism {}...",
              parallelism);
}

std::string Texts::rescaled(std::int64_t from, std::int64_t to, std::string_view job_id, Milliseconds downtime) const {
  return fill(*this, "并行度调整完成: {} -> {}，新 Job ID: {}，中断 {:.1f} 秒",
              "parallelism changed: {} -> {}, new job id {}, down for {:.1f} s", from, to, job_id, seconds(downtime));
}

std::string Texts::rolled_back(std::int64_t parallelism) const {
  return fill(*this, "新并行度提交失败，作业已回滚到并行度 {}",
              "the submission failed, the job is back at parallelism {}", parallelism);
}

std::string Texts::stray_ended(std::string_view job_id) const {
  return fill(*this, "已放弃的作业 {} 迟到启动，已取消", "job {} had been given up, came through late and is cancelled",
              job_id);
}

std::string Texts::started_by_others(std::string_view job_id) const {
  return fill(*this, "调整期间他人提交的同名作业 {} 也在运行，请停止其中一个",
              "job {} of the same name was started by others meanwhile and runs too, end one of them", job_id);
}

std::string Texts::job_found(std::string_view job_id) const {
  return fill(*this, "FLINK_JOB_ID 未设置或已失效，使用运行中的作业: {}",
              "FLINK_JOB_ID is not set or has ended, the running job is used: {}", job_id);
}

std::string Texts::failed(std::string_view error) const { return fill(*this, "操作失败: {}", "failed: {}", error); }

std::string Texts::would_do(const Action& action) const {
  return fill(*this, "演练模式，不执行: {}", "dry run, not done: {}", this->action(action));
}

std::string Texts::loop_begins(Milliseconds interval) const {
  return fill(*this, "弹性扩缩容服务启动，间隔 {:g} 秒", "the scaler has started, every {:g} s", seconds(interval));
}

std::string Texts::loop_ends() const { return fill(*this, "弹性扩缩容服务停止", "the scaler has stopped"); }

std::string Texts::paused() const { return fill(*this, "弹性扩缩容已暂停", "the scaler is paused"); }

std::string Texts::resumed(bool was_paused) const {
  return was_paused ? fill(*this, "弹性扩缩容已恢复", "the scaler goes on")
                    : fill(*this, "弹性扩缩容未处于暂停状态", "the scaler was not paused");
}

std::string Texts::trouble(std::string_view what) const {
  return fill(*this, "异常: {}，稍后重试", "trouble: {}, trying again", what);
}

std::string Texts::trouble_over(std::string_view what) const {
  return fill(*this, "异常已恢复: {}", "trouble over: {}", what);
}

std::string Texts::lines_left_out(std::size_t unreadable, std::size_t from_future, std::size_t out_of_order) const {
  return fill(*this, "忽略历史记录: 无法解析 {} 行，时间在未来 {} 行，时间倒退 {} 行",
              "lines of the history left out: {} unreadable, {} from the future, {} out of order", unreadable,
              from_future, out_of_order);
}

}  // namespace temblor::elastic
