package org.temblor.flink;

import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;
import org.temblor.flink.core.BatchDecoder;
import org.temblor.flink.core.RecordBatch;
import org.temblor.flink.rocketmq.BatchHandler;
import org.temblor.flink.rocketmq.QueueSplit;
import org.temblor.flink.rocketmq.QueueSplitState;
import org.temblor.flink.rocketmq.RawBatch;
import org.temblor.flink.rocketmq.ReadingBudget;

/**
 * Decodes and cleans what the source has read, natively, and emits it with the highest timestamp of its split. Whether a
 * timestamp is believed depends on when the broker stored its message, rounded up to a second: what is decoded together
 * ends where that changes, so that nothing depends on how the messages were pulled.
 */
final class DecodedBatches implements BatchHandler<ReadingBatch> {
  /** The same for all that one process combines; nothing depends on it but how hard it is to make ids collide. */
  private static final long HASH_SEED = ThreadLocalRandom.current().nextLong();

  private static final long SECOND_MS = 1_000;

  private final boolean eventTime;
  private final long outOfOrdernessMs;
  private final BatchDecoder decoder;
  private final RecordBatch readings = new RecordBatch();
  private long unreadable;

  private DecodedBatches(JobSettings settings) {
    eventTime = settings.eventTime;
    outOfOrdernessMs = settings.outOfOrdernessMs;
    decoder =
        new BatchDecoder(
            settings.leastAmplitude, settings.mostAmplitude, settings.maxAheadMs, eventTime,
            settings.dead != null, settings.late != null, HASH_SEED);
  }

  @Override
  public int emit(
      RawBatch batch, SourceOutput<ReadingBatch> output, QueueSplitState state, ReadingBudget budget) {
    unreadable = 0;
    if (batch.isQuiet()) {
      output.collect(ReadingBatch.QUIET);
      return 0;
    }
    int begun = 0;
    while (begun < batch.size() && budget.left() > 0) {
      long reference = nextSecond(batch.storedMs[begun]);
      decoder.set(batch.offsets, batch.kinds, batch.bodies, begun, endOfThese(batch.storedMs, begun, reference));
      decoder.decode(batch.splitId, reference, budget.left(), readings);
      do {
        collect(output, state, budget);
      } while (decoder.more(readings));
      begun += decoder.begun();
    }
    return begun;
  }

  /** Behind the messages that were stored before the same second as the first. */
  private static int endOfThese(long[] storedMs, int first, long reference) {
    int end = first + 1;
    while (end < storedMs.length && storedMs[end] <= reference && storedMs[end] > reference - SECOND_MS) {
      end++;
    }
    return end;
  }

  private void collect(SourceOutput<ReadingBatch> output, QueueSplitState state, ReadingBudget budget) {
    unreadable += readings.unreadable();
    if (budget.limited()) {
      budget.spend(readings.readings());
    }
    ReadingBatch decoded = new ReadingBatch(readings, state.highestMs());
    if (eventTime && readings.rows() > 0) {
      state.observe(readings.highestMs());
      output.collect(decoded, state.highestMs());
    } else {
      output.collect(decoded);
    }
  }

  @Override
  public long unreadable() {
    return unreadable;
  }

  private static long nextSecond(long storedMs) {
    return Math.floorDiv(storedMs + SECOND_MS - 1, SECOND_MS) * SECOND_MS;
  }

  @Override
  public long watermark(long highestMs) {
    return highestMs == QueueSplit.NO_TIME
        ? QueueSplit.NO_TIME
        : SplitProgress.watermark(highestMs, outOfOrdernessMs);
  }

  @Override
  public void close() {
    readings.close();
    decoder.close();
  }

  /** Makes one for each reader. */
  static final class Factory implements BatchHandler.Factory<ReadingBatch> {
    private static final long serialVersionUID = 1;

    private final JobSettings settings;

    Factory(JobSettings settings) {
      this.settings = settings;
    }

    @Override
    public BatchHandler<ReadingBatch> open() {
      return new DecodedBatches(settings);
    }

    @Override
    public TypeInformation<ReadingBatch> type() {
      return new ValueType<>(ReadingBatch.class, ReadingBatchSerializer.INSTANCE);
    }
  }
}
