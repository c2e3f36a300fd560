package org.temblor.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.temblor.flink.core.Partial;

/**
 * The windows of all sensors: merges partials without rounding, and closes a window once, when the watermark has passed its
 * end. How far windows are closed is in the checkpoint: Flink's own window forgets its watermark at a restore, and what a
 * split that was idle brings then would fire a window a second time. Which sensors an open window has is kept beside the
 * state and read from it at a restore: Flink's timers, one for each of them, took as long as all the rest.
 */
final class WindowOperator extends AbstractStreamOperator<WindowResult>
    implements OneInputStreamOperator<Partial, WindowResult> {
  /** Partials of windows that were closed before: only a split that was idle can be so late. */
  static final OutputTag<Partial> LATE =
      new OutputTag<>("late partials", new ValueType<>(Partial.class, PartialSerializer.INSTANCE));

  private static final long serialVersionUID = 1;
  private static final String STATE = "window";

  private final long windowMs;
  private final String settings; // of the whole job, whose state is of no use with others
  private transient InternalValueState<String, Long, Partial> windows; // the namespace is the window's start
  private transient TreeMap<Long, List<String>> open; // the sensors of the windows in the state, by their start
  private transient ListState<Long> closedState;
  private transient ListState<String> settingsState;
  private transient long closedMs; // windows whose last millisecond this is, or an earlier one, are closed
  private transient Counter late;

  WindowOperator(JobSettings settings) {
    windowMs = settings.windowMs;
    this.settings = KeptSettings.of(settings);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // All tasks see all of it, or one that has none would begin before another one refuses. What was written before
    // there was such a state is taken as it is.
    settingsState =
        context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("settings", Types.STRING));
    for (String then : settingsState.get()) {
      KeptSettings.check(then, settings);
    }
    closedState = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("closed", Types.LONG));
    // All tasks have seen the same watermarks before a barrier; where barriers overtake, the lowest is safe.
    closedMs = Long.MAX_VALUE;
    for (long closed : closedState.get()) {
      closedMs = Math.min(closedMs, closed);
    }
    if (closedMs == Long.MAX_VALUE) {
      closedMs = Long.MIN_VALUE; // nothing was restored, or the end of the input: it may go on with more
    }
  }

  @Override
  @SuppressWarnings("unchecked") // Flink's own operators cast it the same way: the interface for users hides namespaces
  public void open() throws Exception {
    super.open();
    windows =
        (InternalValueState<String, Long, Partial>)
            getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ValueStateDescriptor<>(STATE, PartialSerializer.INSTANCE));
    open = new TreeMap<>();
    try (Stream<Tuple2<String, Long>> restored =
        this.<String>getKeyedStateBackend().getKeysAndNamespaces(STATE)) {
      restored.forEach(each -> sensors(each.f1).add(each.f0));
    }
    late = getMetricGroup().addGroup("temblor").counter("latePartials");
  }

  private List<String> sensors(long windowStart) {
    return open.computeIfAbsent(windowStart, start -> new ArrayList<>());
  }

  @Override
  public void processElement(StreamRecord<Partial> record) throws Exception {
    Partial partial = record.getValue();
    if (lastOf(partial.windowStart) <= closedMs) {
      late.inc();
      output.collect(LATE, new StreamRecord<>(partial));
      return;
    }
    windows.setCurrentNamespace(partial.windowStart);
    Partial all = windows.value();
    if (all == null) {
      windows.update(partial);
      sensors(partial.windowStart).add(partial.sensor);
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

  private long lastOf(long windowStart) {
    return windowStart + windowMs - 1;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    while (!open.isEmpty() && lastOf(open.firstKey()) <= mark.getTimestamp()) {
      long start = open.firstKey();
      for (String sensor : open.remove(start)) {
        setCurrentKey(sensor);
        windows.setCurrentNamespace(start);
        output.collect(new StreamRecord<>(WindowResult.of(windows.value(), windowMs), lastOf(start)));
        windows.clear();
      }
    }
    closedMs = Math.max(closedMs, mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    closedState.clear();
    closedState.add(closedMs);
    settingsState.clear();
    settingsState.add(settings);
  }
}
