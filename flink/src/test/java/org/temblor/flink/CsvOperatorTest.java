package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvOperatorTest {
  private static final long START = 1_764_460_812_000L;

  @TempDir Path folder;

  private OneInputStreamOperatorTestHarness<WindowResult, Void> harness(boolean checkpoints) throws Exception {
    var harness = new OneInputStreamOperatorTestHarness<>(new CsvOperator(folder.toString(), 1000, true));
    harness.getStreamConfig().setCheckpointingEnabled(checkpoints);
    return harness;
  }

  private static WindowResult result(String sensor, long windowStart) {
    WindowResult result = new WindowResult();
    result.sensor = sensor;
    result.windowStart = windowStart;
    result.windowEnd = windowStart + 1000;
    result.average = 0.5f;
    result.max = 1;
    result.min = -0.1f;
    result.p = 1;
    result.s = 2;
    result.n = 3;
    return result;
  }

  private List<String> files() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(path -> folder.relativize(path).toString()).sorted()
          .collect(Collectors.toList());
    }
  }

  private String content(String name) throws Exception {
    return new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
  }

  @Test
  void aFileHasItsNameWhenTheCheckpointThatHoldsItIsComplete() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(true)) {
      harness.open();
      harness.processElement(result("S002", START), START);
      harness.processElement(result("S001", START), START);
      harness.processElement(result("S001", START + 1000), START + 1000);
      harness.processWatermark(new Watermark(START + 999));
      assertEquals(List.of(), files());
      harness.snapshot(1, 1);
      harness.processWatermark(new Watermark(START + 1999));
      assertEquals(List.of(), files());
      harness.notifyOfCompletedCheckpoint(1);
      assertEquals(List.of("2025-11-30/00/" + START + ".csv"), files());
      assertEquals(
          "sensor_id,window_start_ts,window_end_ts,avg_amplitude,max_amplitude,min_amplitude,p_phase_count,"
              + "s_phase_count,n_phase_count\n"
              + "S001,1764460812000,1764460813000,0.5,1.0,-0.1,1,2,3\n"
              + "S002,1764460812000,1764460813000,0.5,1.0,-0.1,1,2,3\n",
          content(files().get(0)));
      harness.processElement(result("S003", START + 2000), START + 2000);
      snapshot = harness.snapshot(2, 2);
    }
    assertEquals(1, files().size());
    try (var harness = harness(true)) {
      harness.initializeState(snapshot);
      harness.open();
      assertEquals(2, files().size()); // the checkpoint is complete, or it would not be restored from
      harness.processWatermark(Watermark.MAX_WATERMARK);
      harness.snapshot(3, 3);
      harness.notifyOfCompletedCheckpoint(3);
      assertEquals(3, files().size());
    }
  }

  @Test
  void withoutCheckpointsAFileIsThereWhenItsWindowIsComplete() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      harness.processElement(result("a, \"b\"", START), START);
      harness.processWatermark(new Watermark(START + 999));
      assertEquals(1, files().size());
      assertEquals(
          "\"a, \"\"b\"\"\",1764460812000,1764460813000,0.5,1.0,-0.1,1,2,3",
          content(files().get(0)).split("\n")[1]);
    }
  }
}
