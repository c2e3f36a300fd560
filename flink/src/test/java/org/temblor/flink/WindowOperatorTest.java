package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.temblor.flink.core.Partial;

class WindowOperatorTest {
  private static KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> harness() throws Exception {
    return harness(settings -> {});
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> harness(
      Consumer<JobSettings> change) throws Exception {
    JobSettings settings = new JobSettings();
    settings.eventTime = true;
    change.accept(settings);
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new WindowOperator(settings), partial -> partial.sensor, Types.STRING);
  }

  /** Going on from there; from nothing where it is null. */
  private static KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> open(OperatorSubtaskState snapshot)
      throws Exception {
    var harness = harness();
    harness.initializeState(snapshot);
    harness.open();
    return harness;
  }

  /** One reading of 1.0. */
  private static Partial one(String sensor, long windowStart) {
    Partial partial = new Partial();
    partial.sensor = sensor;
    partial.windowStart = windowStart;
    partial.sumHigh = 1;
    partial.max = 1;
    partial.min = 1;
    partial.n = 1;
    return partial;
  }

  private static List<String> lines(KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> harness) {
    List<String> lines = new ArrayList<>();
    harness.extractOutputValues().forEach(result -> lines.add(result.windowStart + " " + result.toLine()));
    return lines;
  }

  @Test
  void aWindowClosesOnceThoughItsWatermarkIsForgotten() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = open(null)) {
      harness.processElement(one("A", 0), 0);
      harness.processElement(one("A", 0), 0);
      harness.processElement(one("A", 1000), 1000);
      harness.processElement(one("B", 1000), 1000);
      harness.processWatermark(new Watermark(998));
      assertEquals(List.of(), lines(harness));
      harness.processWatermark(new Watermark(999));
      assertEquals(List.of("0 Window Result: A avg=1.0 max=1.0 min=1.0 P=0 S=0 N=2"), lines(harness));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = open(snapshot)) {
      harness.processElement(one("A", 0), 0);
      harness.processElement(one("A", 1000), 1000);
      harness.processWatermark(new Watermark(1999));
      List<String> lines = lines(harness);
      assertEquals(2, lines.size(), lines::toString);
      assertTrue(lines.contains("1000 Window Result: A avg=1.0 max=1.0 min=1.0 P=0 S=0 N=2"), lines::toString);
      assertTrue(lines.contains("1000 Window Result: B avg=1.0 max=1.0 min=1.0 P=0 S=0 N=1"), lines::toString);
      assertEquals(1, harness.getSideOutput(WindowOperator.LATE).size());
    }
  }

  /** Flink writes a checkpoint while the job goes on: what comes meanwhile is no part of it. */
  @Test
  void aCheckpointHoldsWindowsAsTheyWere() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = open(null)) {
      harness.processElement(one("A", 0), 0);
      harness.processElement(one("B", 0), 0);
      harness.snapshot(1, 1);
      harness.processElement(one("A", 0), 0);
      var begun =
          ((WindowOperator) harness.getOperator())
              .snapshotState(
                  2, 2, CheckpointOptions.forCheckpointWithDefaultLocation(), new MemCheckpointStreamFactory(1 << 20));
      harness.processElement(one("A", 0), 0);
      harness.processElement(one("C", 0), 0);
      snapshot = new OperatorSnapshotFinalizer(begun).getJobManagerOwnedState();
    }
    try (var harness = open(snapshot)) {
      harness.processElement(one("D", 0), 0);
      harness.processElement(one("B", 0), 0);
      harness.processWatermark(new Watermark(999));
      List<String> lines = lines(harness);
      String others = " avg=1.0 max=1.0 min=1.0 P=0 S=0 N=";
      assertEquals(3, lines.size(), lines::toString);
      assertTrue(lines.contains("0 Window Result: A" + others + 2), lines::toString);
      assertTrue(lines.contains("0 Window Result: B" + others + 2), lines::toString);
      assertTrue(lines.contains("0 Window Result: D" + others + 1), lines::toString);
    }
  }

  @Test
  void nothingOfAClosedWindowStaysInTheState() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = open(null)) {
      harness.processElement(one("A", 0), 0);
      assertEquals(0, harness.numKeyedStateEntries());
      harness.processElement(one("B", 1000), 0);
      harness.snapshot(1, 1);
      assertEquals(2, harness.numKeyedStateEntries());
      harness.processElement(one("C", 0), 0);
      harness.processWatermark(new Watermark(999));
      assertEquals(1, harness.numKeyedStateEntries());
      snapshot = harness.snapshot(2, 2);
    }
    try (var harness = open(snapshot)) {
      assertEquals(1, harness.numKeyedStateEntries());
      harness.processWatermark(new Watermark(1999));
      assertEquals(0, harness.numKeyedStateEntries());
      assertEquals(List.of("1000 Window Result: B avg=1.0 max=1.0 min=1.0 P=0 S=0 N=1"), lines(harness));
    }
  }

  /** Partials, watermarks, checkpoints, and restarts from the last of them, as they come: counted beside it. */
  @Test
  void countsEachPartialOnceWhateverHappens() throws Exception {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      List<Partial> input = new ArrayList<>();
      Map<String, Integer> expected = new TreeMap<>();
      for (int i = 0; i < 300; i++) {
        Partial partial = one("S" + random.nextInt(7), (i / 50 + random.nextInt(3)) * 1000L);
        input.add(partial);
        expected.merge(partial.windowStart + " " + partial.sensor, 1, Integer::sum);
      }
      Map<String, Integer> counted = new TreeMap<>(); // of what is covered by a checkpoint
      OperatorSubtaskState kept = null;
      int next = 0; // of the input, as far as the checkpoint covers it
      while (next < input.size()) {
        try (var harness = open(kept)) {
          for (int at = next; at < input.size() && random.nextInt(60) > 0; at++) {
            harness.processElement(PartialSerializer.INSTANCE.copy(input.get(at)), 0);
            harness.processWatermark(new Watermark((at + 1) / 50 * 1000L - 1)); // no window of those to come ends by then
            if (random.nextInt(20) == 0) {
              harness.snapshot(at, at); // which fails elsewhere
            }
            if (random.nextInt(20) == 0 || at + 1 == input.size()) {
              if (at + 1 == input.size()) {
                harness.processWatermark(Watermark.MAX_WATERMARK);
              }
              kept = harness.snapshot(at, at);
              next = at + 1;
              harness.extractOutputValues().forEach(
                  result -> assertNull(counted.put(result.windowStart + " " + result.sensor, result.n)));
              harness.getOutput().clear();
            }
          }
        }
      }
      assertEquals(expected, counted, "seed " + seed);
    }
  }

  private static final int KEY_GROUPS = 4;

  /** One of several tasks. */
  private static KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> task(int index, int tasks)
      throws Exception {
    JobSettings settings = new JobSettings();
    settings.eventTime = true;
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new WindowOperator(settings), partial -> partial.sensor, Types.STRING, KEY_GROUPS, tasks, index);
  }

  /** The same, going on from what others have left. */
  private static KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> task(
      int index, int tasks, int tasksBefore, OperatorSubtaskState all) throws Exception {
    var task = task(index, tasks);
    task.initializeState(
        AbstractStreamOperatorTestHarness.repartitionOperatorState(all, KEY_GROUPS, tasksBefore, tasks, index));
    task.open();
    return task;
  }

  private static String sensorOf(int keyGroup) {
    for (int number = 0; ; number++) {
      if (KeyGroupRangeAssignment.assignToKeyGroup("S" + number, KEY_GROUPS) == keyGroup) {
        return "S" + number;
      }
    }
  }

  private static int late(KeyedOneInputStreamOperatorTestHarness<String, Partial, WindowResult> task) {
    var late = task.getSideOutput(WindowOperator.LATE);
    return late == null ? 0 : late.size();
  }

  /**
   * Of two tasks one has heard that a queue was idle before the queue came back, and closed a window that the other has
   * not: at another parallelism what the queue brings fires no window a second time, and is late where it is closed only.
   */
  @Test
  void whatATaskHasClosedGoesWithItsKeyGroups() throws Exception {
    String ahead = sensorOf(0);
    String behind = sensorOf(3);
    String result = "1000 Window Result: " + behind + " avg=1.0 max=1.0 min=1.0 P=0 S=0 N=";
    OperatorSubtaskState[] left = new OperatorSubtaskState[2];
    try (var first = task(0, 2);
        var second = task(1, 2)) {
      first.open();
      second.open();
      first.processElement(one(ahead, 1000), 0);
      first.processWatermark(new Watermark(1999));
      assertEquals(1, lines(first).size());
      second.processElement(one(behind, 1000), 0);
      second.processWatermark(new Watermark(999));
      left[0] = first.snapshot(1, 1);
      left[1] = second.snapshot(1, 1);
    }
    OperatorSubtaskState two = AbstractStreamOperatorTestHarness.repackageState(left);
    OperatorSubtaskState one;
    try (var task = task(0, 1, 2, two)) {
      task.processElement(one(behind, 1000), 0);
      assertEquals(0, late(task));
      task.processElement(one(ahead, 1000), 0);
      assertEquals(1, late(task));
      task.processElement(one(ahead, 2000), 0);
      one = task.snapshot(2, 2); // with nothing closed by itself
      task.processWatermark(new Watermark(1999));
      assertEquals(List.of(result + 2), lines(task));
      task.processElement(one(behind, 1000), 0);
      assertEquals(2, late(task));
    }
    for (int index = 0; index < 4; index++) {
      try (var task = task(index, 4, 1, AbstractStreamOperatorTestHarness.repackageState(one))) {
        task.processElement(one(sensorOf(index), 1000), 0);
        assertEquals(index < 2 ? 1 : 0, late(task), "" + index);
        task.processWatermark(new Watermark(1999));
        assertEquals(index < 2 ? 0 : 1, lines(task).size(), "" + index);
        assertEquals(index == 3, lines(task).contains(result + 3), "" + index);
      }
    }
  }

  /** As it was up to version 3: a number for each task. */
  @Test
  void whatTasksHadClosedIsReadAsItWas() throws Exception {
    OperatorSubtaskState before;
    try (var old = new OneInputStreamOperatorTestHarness<>(new ClosedOfTasks(1999, 2999))) {
      old.open();
      before = old.snapshot(1, 1);
    }
    OperatorSubtaskState now;
    try (var task = task(0, 1)) {
      task.initializeState(before);
      task.open();
      task.processElement(one("A", 1000), 0);
      assertEquals(1, late(task));
      task.processElement(one("A", 2000), 0);
      assertEquals(1, late(task));
      task.processWatermark(new Watermark(3999));
      now = task.snapshot(2, 2);
    }
    try (var task = task(0, 1)) {
      task.initializeState(now); // in which nothing is left of the old numbers
      task.open();
      task.processElement(one("A", 3000), 0);
      assertEquals(1, late(task));
    }
  }

  private static final class ClosedOfTasks extends AbstractStreamOperator<WindowResult>
      implements OneInputStreamOperator<Partial, WindowResult> {
    private static final long serialVersionUID = 1;

    private final long[] closedMs;

    ClosedOfTasks(long... closedMs) {
      this.closedMs = closedMs;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
      super.initializeState(context);
      var state = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("closed", Types.LONG));
      for (long closed : closedMs) {
        state.add(closed);
      }
    }

    @Override
    public void processElement(StreamRecord<Partial> record) {}
  }

  private static String refusal(OperatorSubtaskState snapshot, Consumer<JobSettings> change) throws Exception {
    try (var harness = harness(change)) {
      return assertThrows(SuppressRestartsException.class, () -> harness.initializeState(snapshot))
          .getCause()
          .getMessage();
    }
  }

  @Test
  void goesOnWithTheSameSettingsOnly() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = open(null)) {
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(settings -> settings.exactlyOnce = false)) {
      harness.initializeState(snapshot);
      harness.open();
    }
    assertEquals(
        "the savepoint is of another job: --window was 1000ms, and is 500ms now (go on with the old setting, or start the"
            + " new job without it)",
        refusal(snapshot, settings -> settings.windowMs = 500));
    String time = refusal(snapshot, settings -> settings.eventTime = false);
    assertTrue(time.contains("--max-ahead was 60000ms, and is not set now"), time);
    String disorder = refusal(snapshot, settings -> settings.outOfOrdernessMs = 0);
    assertTrue(disorder.contains("--out-of-orderness was 1000ms, and is 0ms now"), disorder);
    String ahead = refusal(snapshot, settings -> settings.maxAheadMs = 1);
    assertTrue(ahead.contains("--max-ahead was 60000ms, and is 1ms now"), ahead);
    String amplitudes = refusal(snapshot, settings -> settings.mostAmplitude = 10.5f);
    assertTrue(amplitudes.contains("--amplitude-range was -10.0:10.0, and is -10.0:10.5 now"), amplitudes);
  }

  @Test
  void idlenessIsNotPassedOn() throws Exception {
    try (var harness = open(null)) {
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      assertTrue(harness.getOutput().isEmpty(), "" + harness.getOutput());
      harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
      harness.processWatermark(new Watermark(5));
      assertEquals(List.of(new Watermark(5)), List.copyOf(harness.getOutput()));
    }
  }
}
