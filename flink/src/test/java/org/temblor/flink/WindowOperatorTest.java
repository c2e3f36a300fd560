package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
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
    try (var harness = harness()) {
      harness.open();
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
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
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
    try (var harness = harness()) {
      harness.open();
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
    try (var harness = harness()) {
      harness.open();
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      assertTrue(harness.getOutput().isEmpty(), "" + harness.getOutput());
      harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
      harness.processWatermark(new Watermark(5));
      assertEquals(List.of(new Watermark(5)), List.copyOf(harness.getOutput()));
    }
  }
}
