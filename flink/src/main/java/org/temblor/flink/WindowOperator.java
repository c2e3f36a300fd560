package org.temblor.flink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
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
 * split that was idle brings then would fire a window a second time. It is kept for each key group, which is what Flink
 * moves to another task at another parallelism: tasks need not have closed as far as each other, since they hear one by one
 * that an input is idle or active, and one may have closed by what another has not waited for.
 *
 * Open windows are objects here, and go into the keyed state when a checkpoint is taken: most windows begin and end between
 * two of them, and looking each partial up in the state took a quarter of the whole job's time at 10,000 sensors, Flink's
 * timers for each of them as long as all the rest.
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
  private transient TreeMap<Long, Window> open; // by their start
  private transient ListState<long[]> closedState; // first and last key group, and how far their windows are closed
  private transient ListState<String> settingsState;
  private transient KeyGroupRange keyGroups;
  private transient long closedMs; // windows whose last millisecond this is, or an earlier one, are closed by this task
  private transient long[] closedBeforeMs; // by those before it, for each of the key groups
  private transient long furthestMs; // what ends later is closed by none of them
  private transient Counter late;

  private static final class Window {
    /** In the order of their coming. Since they change, and Flink writes the state while the job goes on, it has copies. */
    final Map<String, Partial> partials = new LinkedHashMap<>();

    int stored; // so many of the first of them are in the state, as they were at the last checkpoint
    boolean changed; // since then
  }

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
    restoreClosed(context);
  }

  /** All tasks see what all tasks had closed, and each takes what it is told of its own key groups. */
  private void restoreClosed(StateInitializationContext context) throws Exception {
    int most = getRuntimeContext().getMaxNumberOfParallelSubtasks();
    keyGroups =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            most, getRuntimeContext().getNumberOfParallelSubtasks(), getRuntimeContext().getIndexOfThisSubtask());
    closedBeforeMs = new long[keyGroups.getNumberOfKeyGroups()];
    Arrays.fill(closedBeforeMs, Long.MAX_VALUE);
    // Up to version 3 it was one number a task: the lowest is right where all have closed as far, which is nearly always.
    ListState<Long> ofTasks =
        context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("closed", Types.LONG));
    for (long closed : ofTasks.get()) {
      restoreClosed(0, most - 1, closed);
    }
    ofTasks.clear();
    closedState =
        context.getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "closed by key group", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    for (long[] closed : closedState.get()) {
      restoreClosed(closed[0], closed[1], closed[2]);
    }
    closedMs = Long.MIN_VALUE;
    furthestMs = Long.MIN_VALUE;
    for (int i = 0; i < closedBeforeMs.length; i++) {
      if (closedBeforeMs[i] == Long.MAX_VALUE) {
        closedBeforeMs[i] = Long.MIN_VALUE; // nothing was restored, or the end of the input: it may go on with more
      }
      furthestMs = Math.max(furthestMs, closedBeforeMs[i]);
    }
  }

  private void restoreClosed(long firstGroup, long lastGroup, long closed) {
    int first = keyGroups.getStartKeyGroup();
    for (int i = (int) Math.max(0, firstGroup - first); i < closedBeforeMs.length && first + i <= lastGroup; i++) {
      closedBeforeMs[i] = Math.min(closedBeforeMs[i], closed);
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
    open = restored();
    late = getMetricGroup().addGroup("temblor").counter("latePartials");
  }

  private TreeMap<Long, Window> restored() throws Exception {
    List<Tuple2<String, Long>> names; // of all of them first: looking one up moves the others
    try (Stream<Tuple2<String, Long>> each = this.<String>getKeyedStateBackend().getKeysAndNamespaces(STATE)) {
      names = each.collect(Collectors.toList());
    }
    TreeMap<Long, Window> restored = new TreeMap<>();
    for (Tuple2<String, Long> name : names) {
      Window window = restored.computeIfAbsent(name.f1, start -> new Window());
      enter(name.f0, name.f1);
      window.partials.put(name.f0, PartialSerializer.INSTANCE.copy(windows.value()));
      window.stored++;
    }
    return restored;
  }

  /** What is done with the state from here on is about this sensor in this window. */
  private void enter(String sensor, long windowStart) {
    setCurrentKey(sensor);
    windows.setCurrentNamespace(windowStart);
  }

  @Override
  public void processElement(StreamRecord<Partial> record) throws Exception {
    Partial partial = record.getValue();
    if (lastOf(partial.windowStart) <= furthestMs && isClosed(partial)) {
      late.inc();
      output.collect(LATE, new StreamRecord<>(partial));
      return;
    }
    Window window = open.computeIfAbsent(partial.windowStart, start -> new Window());
    window.changed = true;
    Partial all = window.partials.putIfAbsent(partial.sensor, partial);
    if (all != null) {
      all.merge(partial);
    }
  }

  private boolean isClosed(Partial partial) {
    long last = lastOf(partial.windowStart);
    int group =
        KeyGroupRangeAssignment.assignToKeyGroup(
            partial.sensor, getRuntimeContext().getMaxNumberOfParallelSubtasks());
    return last <= closedMs || last <= closedBeforeMs[group - keyGroups.getStartKeyGroup()];
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
      close(open.pollFirstEntry().getValue());
    }
    closedMs = Math.max(closedMs, mark.getTimestamp());
    furthestMs = Math.max(furthestMs, closedMs);
    super.processWatermark(mark);
  }

  private void close(Window window) {
    int left = window.stored;
    for (Partial partial : window.partials.values()) {
      output.collect(new StreamRecord<>(WindowResult.of(partial, windowMs), lastOf(partial.windowStart)));
      if (left > 0) {
        left--;
        enter(partial.sensor, partial.windowStart);
        windows.clear();
      }
    }
  }

  private void store(Window window) throws Exception {
    for (Partial partial : window.partials.values()) {
      enter(partial.sensor, partial.windowStart);
      windows.update(PartialSerializer.INSTANCE.copy(partial));
    }
    window.stored = window.partials.size();
    window.changed = false;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    for (Window window : open.values()) {
      if (window.changed) {
        store(window);
      }
    }
    closedState.update(closedByKeyGroup());
    settingsState.clear();
    settingsState.add(settings);
  }

  private List<long[]> closedByKeyGroup() {
    List<long[]> all = new ArrayList<>();
    long[] run = null;
    for (int group : keyGroups) {
      long closed = Math.max(closedMs, closedBeforeMs[group - keyGroups.getStartKeyGroup()]);
      if (run == null || run[2] != closed) {
        run = new long[] {group, group, closed};
        all.add(run);
      }
      run[1] = group;
    }
    return all;
  }
}
