package org.temblor.flink;

import java.util.List;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.temblor.flink.core.BatchCombiner;
import org.temblor.flink.core.Partial;
import org.temblor.flink.core.RecordBatch;
import org.temblor.flink.core.RejectionNames;

/**
 * Turns the readings of a task's splits into few partial aggregates, natively, and gives up all that it holds before a
 * barrier, before a watermark and at the end, so that it has nothing to save. In processing time its clock, which never
 * goes back behind what a checkpoint knows, is the watermark.
 */
final class CombineOperator extends AbstractStreamOperator<Partial>
    implements OneInputStreamOperator<ReadingBatch, Partial>, BoundedOneInput, ProcessingTimeCallback {
  static final OutputTag<byte[]> LATE =
      new OutputTag<>("late", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  static final OutputTag<byte[]> DEAD =
      new OutputTag<>("dead", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final long serialVersionUID = 1;

  private final JobSettings settings;
  private transient BatchCombiner combiner;
  private transient ListState<Long> stamps; // none in event time
  private transient long stampMs; // processing time, as far as it has come
  private transient long openMs; // the start of the window that it lies in
  private transient Counter accepted;
  private transient Counter late;
  private transient Counter[] dropped;
  private transient volatile long nativeBytes; // as last seen; the figures are read by another thread

  CombineOperator(JobSettings settings) {
    this.settings = settings;
    chainingStrategy = ChainingStrategy.ALWAYS; // batches do not travel
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    stampMs = 0;
    if (settings.eventTime) {
      return; // with such a state Flink takes no checkpoint once some of the tasks, and not all, have finished
    }
    stamps = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("stamp", Types.LONG));
    for (long stamp : stamps.get()) {
      stampMs = Math.max(stampMs, stamp);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    combiner =
        new BatchCombiner(settings.windowMs, settings.outOfOrdernessMs, settings.eventTime, settings.late != null);
    MetricGroup group = getMetricGroup().addGroup("temblor");
    accepted = group.counter("acceptedReadings");
    late = group.counter("lateReadings");
    dropped = new Counter[RecordBatch.REASONS];
    for (int reason = 0; reason < dropped.length; reason++) {
      dropped[reason] = group.addGroup("droppedReadings").counter(RejectionNames.of(reason));
    }
    group.gauge("nativeBytes", () -> nativeBytes);
    warnOfNoRoom(getContainingTask().getEnvironment().getTaskManagerInfo().getConfiguration());
    if (!settings.eventTime) {
      openMs = windowOf(stampMs);
      onProcessingTime(getProcessingTimeService().getCurrentProcessingTime());
    }
  }

  @Override
  public void processElement(StreamRecord<ReadingBatch> record) throws Exception {
    ReadingBatch batch = record.getValue();
    if (batch == ReadingBatch.QUIET) {
      return;
    }
    if (!settings.eventTime) {
      passTime();
    }
    combiner.add(batch.readings, batch.highestBeforeMs, stampMs, this::give);
    accepted.inc(combiner.accepted());
    late.inc(combiner.late());
    long[] counts = batch.readings.dropped();
    for (int reason = 0; reason < counts.length; reason++) {
      dropped[reason].inc(counts[reason]);
    }
    nativeBytes = combiner.memoryBytes() + batch.readings.memoryBytes();
    if (settings.late != null) {
      give(LATE, combiner.takeLateLetters());
    }
    if (settings.dead != null) {
      give(DEAD, batch.readings.deadLetters());
    }
  }

  /** Native memory is outside of what the JVM bounds: its part of the process must have been left for it. */
  private void warnOfNoRoom(Configuration taskManager) {
    if (getRuntimeContext().getIndexOfThisSubtask() > 0) {
      return; // one says it
    }
    MemorySize needed = nativeMemory(settings.topics.size(), taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS));
    MemorySize left = taskManager.get(TaskManagerOptions.TASK_OFF_HEAP_MEMORY);
    if (left.compareTo(needed) < 0) {
      LOG.warn(
          "{} is {}, and the native core may take {} on a TaskManager with {} slots, {} in each for each topic: set it to as much, or a container"
              + " may be killed for its memory",
          TaskManagerOptions.TASK_OFF_HEAP_MEMORY.key(), left.toHumanReadableString(),
          needed.toHumanReadableString(), taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS),
          new MemorySize(BatchCombiner.memoryLimit()).toHumanReadableString());
    }
  }

  /** What the native core may take on a TaskManager at most: each topic has a task of its own in each slot. */
  static MemorySize nativeMemory(int topics, int slots) {
    return new MemorySize(BatchCombiner.memoryLimit() * topics * slots);
  }

  private void give(Partial partial) {
    output.collect(new StreamRecord<>(partial, partial.windowStart));
  }

  private void give(OutputTag<byte[]> tag, byte[] letters) {
    if (letters != null) {
      output.collect(tag, new StreamRecord<>(letters));
    }
  }

  /** Looks at the clock; windows that lie before it are complete. */
  private void passTime() {
    stampMs = Math.max(stampMs, getProcessingTimeService().getCurrentProcessingTime());
    long start = windowOf(stampMs);
    if (start > openMs) {
      openMs = start;
      combiner.drain(this::give);
      output.emitWatermark(new Watermark(start - 1));
    }
  }

  private long windowOf(long timeMs) {
    return Math.floorDiv(timeMs, settings.windowMs) * settings.windowMs;
  }

  @Override
  public void onProcessingTime(long timeMs) {
    passTime();
    getProcessingTimeService().registerTimer(openMs + settings.windowMs, this);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (settings.eventTime || mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
      combiner.drain(this::give);
      super.processWatermark(mark);
    }
  }

  /**
   * In processing time nobody is idle: the clock goes on for all, and a task that once had no queue would never be taken
   * for active again, so that what it reads later would come behind windows that had not waited for it.
   */
  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    if (settings.eventTime) {
      if (status.isIdle()) {
        combiner.drain(this::give); // nobody waits for it from here on
      }
      super.processWatermarkStatus(status);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    combiner.drain(this::give);
    super.prepareSnapshotPreBarrier(checkpoint);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (stamps != null) {
      stamps.update(List.of(stampMs));
    }
  }

  /** Flink takes the last watermark from no task that it takes to be idle, and all of them may be so at the end. */
  @Override
  public void endInput() {
    combiner.drain(this::give);
    output.emitWatermarkStatus(WatermarkStatus.ACTIVE);
    output.emitWatermark(Watermark.MAX_WATERMARK);
  }

  @Override
  public void close() throws Exception {
    if (combiner != null) {
      combiner.close();
    }
    super.close();
  }
}
