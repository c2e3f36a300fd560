package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.temblor.flink.core.BatchCombiner;
import org.temblor.flink.core.BatchDecoder;
import org.temblor.flink.core.BodyKind;
import org.temblor.flink.core.Messages;
import org.temblor.flink.core.Partial;
import org.temblor.flink.core.Readings;
import org.temblor.flink.core.RecordBatch;
import org.temblor.flink.rocketmq.MemoryTopic;

@Timeout(120)
class CombineOperatorTest {
  private static JobSettings settings(boolean eventTime) {
    JobSettings settings = new JobSettings();
    settings.eventTime = eventTime;
    return settings;
  }

  private static OneInputStreamOperatorTestHarness<ReadingBatch, Partial> harness(boolean eventTime) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new CombineOperator(settings(eventTime)));
  }

  /** What it gave since it was last asked, a word for each. */
  private static List<String> given(OneInputStreamOperatorTestHarness<ReadingBatch, Partial> harness) {
    List<String> given = new ArrayList<>();
    for (Object each : harness.getOutput()) {
      if (each instanceof StreamRecord) {
        given.add("partial of " + ((Partial) ((StreamRecord<?>) each).getValue()).windowStart);
      } else if (each instanceof Watermark) {
        given.add("watermark " + ((Watermark) each).getTimestamp());
      } else {
        given.add(WatermarkStatus.IDLE.equals(each) ? "idle" : "active");
      }
    }
    harness.getOutput().clear();
    return given;
  }

  private static void process(OneInputStreamOperatorTestHarness<ReadingBatch, Partial> harness, long timeMs)
      throws Exception {
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, false, false, 1);
        RecordBatch batch = new RecordBatch()) {
      new Messages().add(0, Readings.reading("S001", timeMs, 1, "P"), BodyKind.RECORD).setIn(decoder);
      decoder.decode("split", timeMs, Long.MAX_VALUE, batch);
      harness.processElement(new ReadingBatch(batch, BatchCombiner.NOTHING_YET), timeMs);
    }
  }

  @Test
  void inProcessingTimeNobodyIsIdle() throws Exception {
    try (var harness = harness(false)) {
      harness.setProcessingTime(500);
      harness.open();
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      process(harness, 5_000);
      harness.setProcessingTime(1_000);
      assertEquals(List.of("partial of 0", "watermark 999"), given(harness));
      harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
      assertEquals(List.of(), given(harness));
    }
  }

  private static Set<String> states(OperatorSubtaskState snapshot) {
    Set<String> names = new HashSet<>();
    snapshot.getManagedOperatorState().forEach(state -> names.addAll(state.getStateNameToPartitionOffsets().keySet()));
    return names;
  }

  @Test
  void theClockNeverGoesBackBehindTheCheckpoint() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(false)) {
      harness.setProcessingTime(7_500);
      harness.open();
      snapshot = harness.snapshot(1, 1);
      assertEquals(Set.of("stamp"), states(snapshot));
    }
    try (var harness = harness(false)) {
      harness.setProcessingTime(2_000);
      harness.initializeState(snapshot);
      harness.open();
      process(harness, 5_000);
      harness.prepareSnapshotPreBarrier(2);
      assertEquals(List.of("partial of 7000"), given(harness));
    }
  }

  /** A state that all tasks see would end the checkpoints of a bounded job as soon as one of them has finished. */
  @Test
  void inEventTimeItHasNoState() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      process(harness, 5_000);
      assertEquals(Set.of(), states(harness.snapshot(1, 1)));
    }
  }

  @Test
  void eachTopicHasATaskInEachSlot() {
    assertEquals(MemorySize.ofMebiBytes(64), CombineOperator.nativeMemory(1, 1));
    assertEquals(MemorySize.ofMebiBytes(384), CombineOperator.nativeMemory(3, 2));
  }

  @Test
  void holdsNothingWhileItIsIdle() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      process(harness, 5_000);
      harness.processWatermark(new Watermark(3_999));
      process(harness, 5_000); // its watermark comes no further
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      assertEquals(List.of("partial of 5000", "watermark 3999", "partial of 5000", "idle"), given(harness));
    }
  }

  @Test
  void theEndBringsOutTheLastWindowsInProcessingTimeToo() throws Exception {
    MemoryTopic topic = new MemoryTopic("ends");
    for (int i = 0; i < 10; i++) {
      topic.send(topic.queue(0), Readings.reading("S00" + i % 3, 5_000 + i, 1, "P"));
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(2);
    environment.getConfig().enableObjectReuse();
    JobSettings settings = settings(false);
    settings.windowMs = 3_600_000; // none ends by the clock
    settings.topics.add(topic.settings("?bounded"));
    DataStream<WindowResult> results = SeismicJob.results(environment, settings, MemoryTopic.clients());
    int readings = 0;
    try (CloseableIterator<WindowResult> all = results.executeAndCollect()) {
      while (all.hasNext()) {
        readings += all.next().p;
      }
    }
    assertEquals(10, readings);
  }
}
