#include "elastic/finding_texts.h"

#include <array>

#include "base/assert.h"

namespace temblor::elastic {
namespace {

// clang-format off
constexpr std::array kTexts = {
    FindingText{Note::kNormal,
        "各项指标正常，无需调整", "all indicators are normal, nothing to adjust",
        "没有指标越过阈值", "no indicator is beyond its bounds"},
    FindingText{Note::kTooFewSamples,
        "采样数据不足 ({0:.0f}/{1:.0f})，跳过本次决策", "too few samples ({0:.0f}/{1:.0f}), no decision this time",
        "上次动作之后只有 {0:.0f} 个连续采样，至少需要 {1:.0f} 个",
        "there are {0:.0f} samples in a row since the last action, and {1:.0f} are needed"},
    FindingText{Note::kPaused,
        "弹性扩缩容已暂停，不执行任何操作", "the scaler is paused, nothing is done",
        "有人执行了 pause；执行 resume 后恢复", "somebody paused it; resume goes on"},
    FindingText{Note::kExcluded,
        "当前处于禁止调整的时间窗口，不执行操作", "this is a window in which nothing is rescaled",
        "当前时间在 EXCLUDE_WINDOWS 之内", "the time lies within EXCLUDE_WINDOWS"},
    FindingText{Note::kNoJob,
        "没有运行中的作业，并行度不调整", "there is no running job, its parallelism stays",
        "集群中没有该作业", "the cluster does not run the job"},
    FindingText{Note::kJobRestarting,
        "作业正在重启，暂不调整", "the job is restarting, nothing is adjusted",
        "作业正在重启，或最近的采样期间刚刚重启", "not all tasks of the job run, or it restarted while the newest samples were taken"},
    FindingText{Note::kThroughputHigh,
        "吞吐量超过上限，触发并行度扩容", "throughput over its upper bound, the parallelism is to grow",
        "吞吐量 {0:.0f} 条/秒高于上限 {1:.0f}", "throughput {0:.0f}/s is over the upper bound {1:.0f}"},
    FindingText{Note::kThroughputLow,
        "吞吐量低于下限，触发并行度缩容", "throughput under its lower bound, the parallelism is to shrink",
        "吞吐量 {0:.0f} 条/秒低于下限 {1:.0f}", "throughput {0:.0f}/s is under the lower bound {1:.0f}"},
    FindingText{Note::kCpuHigh,
        "CPU 负载超过上限，触发 TM 扩容", "CPU load over its upper bound, TaskManagers are to be added",
        "CPU 负载 {0:.4f} 高于上限 {1:.4f}", "CPU load {0:.4f} is over the upper bound {1:.4f}"},
    FindingText{Note::kCpuLow,
        "CPU 负载低于下限，触发 TM 缩容", "CPU load under its lower bound, TaskManagers are to be removed",
        "CPU 负载 {0:.4f} 低于下限 {1:.4f}", "CPU load {0:.4f} is under the lower bound {1:.4f}"},
    FindingText{Note::kThroughputHighYet,
        "吞吐量超过上限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "throughput over its upper bound, not for long enough ({0:.0f}/{1:.0f} s)",
        "吞吐量越过上限 {0:.0f} 秒，需持续 {1:.0f} 秒且至少 3 个采样", "throughput has been over its upper bound for {0:.0f} s; it takes {1:.0f} s and 3 samples"},
    FindingText{Note::kThroughputLowYet,
        "吞吐量低于下限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "throughput under its lower bound, not for long enough ({0:.0f}/{1:.0f} s)",
        "吞吐量低于下限 {0:.0f} 秒，需持续 {1:.0f} 秒且至少 3 个采样", "throughput has been under its lower bound for {0:.0f} s; it takes {1:.0f} s and 3 samples"},
    FindingText{Note::kCpuHighYet,
        "CPU 负载超过上限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "CPU load over its upper bound, not for long enough ({0:.0f}/{1:.0f} s)",
        "CPU 负载越过上限 {0:.0f} 秒，需持续 {1:.0f} 秒且至少 3 个采样", "CPU load has been over its upper bound for {0:.0f} s; it takes {1:.0f} s and 3 samples"},
    FindingText{Note::kCpuLowYet,
        "CPU 负载低于下限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "CPU load under its lower bound, not for long enough ({0:.0f}/{1:.0f} s)",
        "CPU 负载低于下限 {0:.0f} 秒，需持续 {1:.0f} 秒且至少 3 个采样", "CPU load has been under its lower bound for {0:.0f} s; it takes {1:.0f} s and 3 samples"},
    FindingText{Note::kBusyHigh,
        "作业繁忙度超过上限，触发扩容", "the job is busier than it should be and is to grow",
        "最忙的子任务繁忙度 {0:.2f} 高于 {1:.2f}", "the busiest subtask is busy for {0:.2f} of its time, over {1:.2f}"},
    FindingText{Note::kBusyLow,
        "作业繁忙度低于下限，触发缩容", "the job is less busy than it should be and is to shrink",
        "最忙的子任务繁忙度 {0:.2f} 低于 {1:.2f}", "the busiest subtask is busy for {0:.2f} of its time, under {1:.2f}"},
    FindingText{Note::kBusyHighYet,
        "作业繁忙度超过上限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "the job is busier than it should be, not for long enough ({0:.0f}/{1:.0f} s)",
        "繁忙度越过上限 {0:.0f} 秒，需持续 {1:.0f} 秒", "it has been too busy for {0:.0f} s; it takes {1:.0f} s"},
    FindingText{Note::kBusyLowYet,
        "作业繁忙度低于下限，持续时间不足 ({0:.0f}/{1:.0f} 秒)", "the job is less busy than it should be, not for long enough ({0:.0f}/{1:.0f} s)",
        "繁忙度低于下限 {0:.0f} 秒，需持续 {1:.0f} 秒", "it has had little to do for {0:.0f} s; it takes {1:.0f} s"},
    FindingText{Note::kBacklogHigh,
        "积压 {0:.0f} 条无法按时消化，触发扩容", "a backlog of {0:.0f} records will not be gone in time, the job is to grow",
        "积压 {0:.0f} 条，按当前处理能力无法在 {1:.0f} 秒内消化", "{0:.0f} records wait, and what the job can do does not work them off in {1:.0f} s"},
    FindingText{Note::kTmSurplus,
        "TM 数量多于所需，触发 TM 缩容", "more TaskManagers than needed, some are to be removed",
        "有 {0:.0f} 个 TM，只需 {1:.0f} 个", "there are {0:.0f} TaskManagers, and {1:.0f} suffice"},
    FindingText{Note::kTmMissing,
        "TM 数量不足 ({0:.0f}/{1:.0f})，触发 TM 补足", "TaskManagers are missing ({0:.0f}/{1:.0f}) and are to be replaced",
        "只有 {0:.0f} 个 TM，至少需要 {1:.0f} 个", "there are {0:.0f} TaskManagers, and {1:.0f} are needed"},
    FindingText{Note::kUnknownCapacity,
        "缺少繁忙度指标，无法估算处理能力", "no busy time is reported, the capacity is not known",
        "没有任何算子报告 busyTimeMsPerSecond（旧式 Source 不报告），model 策略无法估算", "no vertex reports busyTimeMsPerSecond (legacy sources do not), so the model has nothing to go by"},
    FindingText{Note::kParallelismAtMax,
        "并行度已达上限 ({0:.0f}/{1:.0f})", "the parallelism is at its maximum ({0:.0f}/{1:.0f})",
        "并行度 {0:.0f} 已达 PARALLELISM_MAX={1:.0f}", "the parallelism {0:.0f} has reached PARALLELISM_MAX={1:.0f}"},
    FindingText{Note::kParallelismAtMin,
        "并行度已达下限 ({0:.0f}/{1:.0f})", "the parallelism is at its minimum ({0:.0f}/{1:.0f})",
        "并行度 {0:.0f} 已达 PARALLELISM_MIN={1:.0f}", "the parallelism {0:.0f} has reached PARALLELISM_MIN={1:.0f}"},
    FindingText{Note::kTmAtMax,
        "TM 数量已达上限 ({0:.0f}/{1:.0f})", "the number of TaskManagers is at its maximum ({0:.0f}/{1:.0f})",
        "TM 数量 {0:.0f} 已达 TASK_MANAGER_MAX_NUM={1:.0f}", "{0:.0f} TaskManagers are as many as TASK_MANAGER_MAX_NUM={1:.0f} allows"},
    FindingText{Note::kTmAtMin,
        "TM 数量已达下限 ({0:.0f}/{1:.0f})", "the number of TaskManagers is at its minimum ({0:.0f}/{1:.0f})",
        "TM 数量 {0:.0f} 已达 TASK_MANAGER_MIN_NUM={1:.0f}", "{0:.0f} TaskManagers are as few as TASK_MANAGER_MIN_NUM={1:.0f} allows"},
    FindingText{Note::kParallelismCeiling,
        "作业最大并行度为 {1:.0f}，不能继续扩容", "the job's maximum parallelism is {1:.0f}, it cannot grow beyond",
        "Savepoint 的最大并行度 {1:.0f} 是上限", "the maximum parallelism {1:.0f} of its savepoints is a ceiling"},
    FindingText{Note::kSlotsAtMax,
        "可用 slot 不足 ({0:.0f}/{1:.0f})，并行度受限", "not enough slots ({0:.0f}/{1:.0f}), the parallelism is limited",
        "需要 {0:.0f} 个 slot，TM 扩到上限也只有 {1:.0f} 个", "{0:.0f} slots would be needed, and with all TaskManagers allowed there are {1:.0f}"},
    FindingText{Note::kSlotsInUse,
        "作业需要 {0:.0f} 个 slot，缩容后只剩 {1:.0f} 个，保留 TM", "the job needs {0:.0f} slots and would be left with {1:.0f}, the TaskManager is kept",
        "减少一个 TM 后 slot ({1:.0f}) 少于作业所需 ({0:.0f})", "with one TaskManager fewer there were {1:.0f} slots, and the job needs {0:.0f}"},
    FindingText{Note::kBacklogWorkedOff,
        "积压处理中 ({0:.0f} 条)，暂不缩容", "a backlog is being worked off ({0:.0f} records), no shrinking yet",
        "还有 {0:.0f} 条积压", "{0:.0f} records wait"},
    FindingText{Note::kCooldownOut,
        "扩容冷却中 (剩余 {0:.0f} 秒)", "no growing for another {0:.0f} s after the last action",
        "距上次动作不到 COOLDOWN_OUT，还剩 {0:.0f} 秒", "COOLDOWN_OUT since the last action has {0:.0f} s left"},
    FindingText{Note::kCooldownIn,
        "缩容冷却中 (剩余 {0:.0f} 秒)", "no shrinking for another {0:.0f} s after the last action",
        "距上次动作不到 COOLDOWN_IN，还剩 {0:.0f} 秒", "COOLDOWN_IN since the last action has {0:.0f} s left"},
    FindingText{Note::kInVain,
        "上次扩容未见成效 (处理能力 {0:.0f} -> {1:.0f} 条/秒)", "the last growing was in vain (capacity {0:.0f}/s -> {1:.0f}/s)",
        "上次扩大并行度前后处理能力为 {0:.0f} 和 {1:.0f} 条/秒，瓶颈在别处", "the last growing took the capacity from {0:.0f}/s to {1:.0f}/s: the bottleneck is elsewhere"},
    FindingText{Note::kRescalesFailed,
        "并行度调整连续失败 {0:.0f} 次，暂缓重试 (剩余 {1:.0f} 秒)", "{0:.0f} changes of parallelism in a row went back, none for another {1:.0f} s",
        "并行度调整连续 {0:.0f} 次失败并回滚，每次失败后等待时间加倍，还剩 {1:.0f} 秒", "{0:.0f} changes of parallelism in a row went back; each makes the wait twice as long, {1:.0f} s are left"},
};
// clang-format on

}  // namespace

const FindingText& text_of(Note note) {
  for (const FindingText& text : kTexts) {
    if (text.note == note) return text;
  }
  TEMBLOR_ASSERT(false);
  return kTexts.front();
}

}  // namespace temblor::elastic
