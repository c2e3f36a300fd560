package org.temblor.flink;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.temblor.flink.core.Partial;

/**
 * The windows of all sensors: merges partials without rounding, and closes a window once, when the watermark has passed its
 * end. How far windows are closed is in the checkpoint: Flink's own window forgets its watermark at a restore, and what a
 * split that was idle brings then would fire a window a second time.
 */
final class WindowOperator extends AbstractStreamOperator<WindowResult>
    implements OneInputStreamOperator<Partial, WindowResult>, Triggerable<String, Long> {
  /** Partials of windows that were closed before: only a split that was idle can be so late. */
  static final OutputTag<Partial> LATE =
      new OutputTag<>("late partials", new ValueType<>(Partial.class, PartialSerializer.INSTANCE));

  private static final long serialVersionUID = 1;

  private final long windowMs;
  private transient InternalTimerService<Long> timers; // their namespace is the window's start, like the state's
  private transient InternalValueState<String, Long, Partial> windows;
  private transient ListState<Long> closedState;
  private transient long restoredMs; // windows that end by then were closed before the restore
  private transient Counter late;

  WindowOperator(long windowMs) {
    this.windowMs = windowMs;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    closedState = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("closed", Types.LONG));
    // All tasks have seen the same watermarks before a barrier; where barriers overtake, the lowest is safe.
    restoredMs = Long.MAX_VALUE;
    for (long closed : closedState.get()) {
      restoredMs = Math.min(restoredMs, closed);
    }
    if (restoredMs == Long.MAX_VALUE) {
      restoredMs = Long.MIN_VALUE; // nothing was restored, or the end of the input: it may go on with more
    }
  }

  @Override
  @SuppressWarnings("unchecked") // Flink's own operators cast it the same way: the interface for users hides namespaces
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("windows", LongSerializer.INSTANCE, this);
    windows =
        (InternalValueState<String, Long, Partial>)
            getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ValueStateDescriptor<>("window", PartialSerializer.INSTANCE));
    late = getMetricGroup().addGroup("temblor").counter("latePartials");
  }

  @Override
  public void processElement(StreamRecord<Partial> record) throws Exception {
    Partial partial = record.getValue();
    long lastMs = partial.windowStart + windowMs - 1;
    if (lastMs <= Math.max(timers.currentWatermark(), restoredMs)) {
      late.inc();
      output.collect(LATE, new StreamRecord<>(partial));
      return;
    }
    windows.setCurrentNamespace(partial.windowStart);
    Partial all = windows.value();
    if (all == null) {
      windows.update(partial);
      timers.registerEventTimeTimer(partial.windowStart, lastMs);
    } else {
      all.merge(partial);
      windows.update(all);
    }
  }

  /**
   * That all its queues are idle is not passed on. Every task hears of a watermark by itself, one before the other; what
   * comes behind would not wait for those that it takes to be idle, and find a window complete with a part of its results.
   */
  @Override
  public void processWatermarkStatus(WatermarkStatus status) {}

  @Override
  public void onEventTime(InternalTimer<String, Long> timer) throws Exception {
    windows.setCurrentNamespace(timer.getNamespace());
    output.collect(new StreamRecord<>(WindowResult.of(windows.value(), windowMs), timer.getTimestamp()));
    windows.clear();
  }

  @Override
  public void onProcessingTime(InternalTimer<String, Long> timer) {
    throw new IllegalStateException("no timer of processing time was registered");
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    closedState.clear();
    closedState.add(Math.max(timers.currentWatermark(), restoredMs));
  }
}
