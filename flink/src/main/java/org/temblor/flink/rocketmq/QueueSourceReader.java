package org.temblor.flink.rocketmq;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.core.io.InputStatus;

/**
 * The part of the source in a task: emits what the fetcher's thread reads, each batch on its split's output, keeps how
 * far that is, and has the brokers told once a checkpoint is complete. All calls are the task's thread's.
 */
final class QueueSourceReader<T>
    extends SingleThreadMultiplexSourceReaderBase<RawBatch, T, QueueSplit, QueueSplitState> {
  private final TopicClient client;
  private final BatchHandler<T> handler;
  private final OffsetCommitter committer;
  private final Map<TopicQueue, Long> finished = new HashMap<>();
  private final ReadingBudget budget;
  private ReaderOutput<T> output; // of all splits; Flink's, and the same all the time
  private boolean unused; // for want of queues
  private final Map<String, Long> unopened = new LinkedHashMap<>(); // splits that may have no output yet: their highest
  private final Map<String, Long> quiet; // splits that have nothing more for now: their highest timestamps
  private boolean allQuiet;
  private final TreeMap<Long, Map<TopicQueue, Long>> checkpoints = new TreeMap<>(); // not yet complete

  QueueSourceReader(
      TopicClient client, TopicSettings settings, BatchHandler<T> handler, SourceReaderContext context,
      ReaderMetrics metrics) {
    this(client, settings, handler, context, metrics, new ReadingBudget(settings.maxRecords), new HashMap<>());
  }

  private QueueSourceReader(
      TopicClient client, TopicSettings settings, BatchHandler<T> handler, SourceReaderContext context,
      ReaderMetrics metrics, ReadingBudget budget, Map<String, Long> quiet) {
    super(
        () -> new QueueSplitReader(client, settings, metrics),
        new Emitter<>(handler, budget, quiet, metrics),
        context.getConfiguration(),
        context);
    if (budget.limited() && context.currentParallelism() > 1) {
      throw new IllegalStateException("a limited number of readings of " + settings.topic + " is read by one task only");
    }
    this.budget = budget;
    this.quiet = quiet;
    this.client = client;
    this.handler = handler;
    committer = new OffsetCommitter(client, metrics, "temblor offsets of " + settings.topic);
  }

  private static final class Emitter<T> implements RecordEmitter<RawBatch, T, QueueSplitState> {
    private final BatchHandler<T> handler;
    private final ReadingBudget budget;
    private final Map<String, Long> quiet;
    private final ReaderMetrics metrics;

    Emitter(BatchHandler<T> handler, ReadingBudget budget, Map<String, Long> quiet, ReaderMetrics metrics) {
      this.handler = handler;
      this.budget = budget;
      this.quiet = quiet;
      this.metrics = metrics;
    }

    @Override
    public void emitRecord(RawBatch batch, SourceOutput<T> output, QueueSplitState state) {
      int begun = handler.emit(batch, output, state, budget);
      metrics.read(batch, begun, handler.unreadable());
      state.advance(batch, begun);
      if (batch.isQuiet()) {
        quiet.put(batch.splitId, state.highestMs());
      } else {
        quiet.remove(batch.splitId);
      }
    }
  }

  /**
   * Flink 1.17 gives an output of their own at once to splits that are assigned, but to those from a checkpoint only with
   * their first record: until then the watermark would not wait for them, and make their readings late.
   */
  @Override
  public void addSplits(List<QueueSplit> splits) {
    splits.forEach(split -> unopened.put(split.splitId(), split.highestMs()));
    super.addSplits(splits);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
    this.output = output;
    open();
    markIdleIfUnused();
    InputStatus status = budget.left() > 0 ? super.pollNext(output) : InputStatus.END_OF_INPUT;
    tellWhetherAllAreQuiet();
    return budget.left() > 0 ? status : InputStatus.END_OF_INPUT;
  }

  /** Makes the outputs of new splits, and says how far they are: one may bring nothing for long. */
  private void open() {
    unopened.keySet().forEach(output::createOutputForSplit); // all of them, before one of them is heard
    unopened.forEach(
        (splitId, highestMs) -> {
          long watermark = handler.watermark(highestMs);
          if (watermark != QueueSplit.NO_TIME) {
            output.createOutputForSplit(splitId).emitWatermark(new Watermark(watermark));
          }
        });
    unopened.clear();
  }

  /**
   * Where all splits are quiet there is none to wait for, and what the furthest of them has passed is complete: Flink
   * takes the lowest watermark of those that are not idle, and so none of these. (pipeline/job_watermark.cc.)
   */
  private void tellWhetherAllAreQuiet() {
    boolean all = !quiet.isEmpty() && quiet.size() == getNumberOfCurrentlyAssignedSplits();
    if (all == allQuiet) {
      return;
    }
    allQuiet = all;
    if (!all) {
      // By its watermark alone a split that comes back would be heard of only once it has passed the furthest one.
      output.markActive();
      return;
    }
    long watermark = handler.watermark(Collections.max(quiet.values()));
    if (watermark != QueueSplit.NO_TIME) {
      output.emitWatermark(new Watermark(watermark));
    }
    output.markIdle();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    unused = event instanceof NoQueues;
    markIdleIfUnused();
  }

  private void markIdleIfUnused() {
    if (unused && output != null && getNumberOfCurrentlyAssignedSplits() == 0) {
      output.markIdle();
    }
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return budget.left() > 0 ? super.isAvailable() : CompletableFuture.completedFuture(null);
  }

  @Override
  public List<QueueSplit> snapshotState(long checkpoint) {
    List<QueueSplit> splits = super.snapshotState(checkpoint);
    Map<TopicQueue, Long> offsets = new HashMap<>(finished);
    splits.forEach(split -> offsets.put(split.queue(), split.offset()));
    checkpoints.put(checkpoint, offsets);
    return splits;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    Map<TopicQueue, Long> offsets = checkpoints.remove(checkpoint);
    if (offsets != null) {
      committer.commit(offsets);
    }
    checkpoints.headMap(checkpoint).clear(); // those before it have failed or are contained
  }

  @Override
  protected void onSplitFinished(Map<String, QueueSplitState> states) {
    states.values().forEach(state -> finished.put(state.queue(), state.offset()));
  }

  @Override
  protected QueueSplitState initializedState(QueueSplit split) {
    budget.goOnFrom(split.readings());
    return new QueueSplitState(split);
  }

  @Override
  protected QueueSplit toSplitType(String splitId, QueueSplitState state) {
    return state.split(budget.limited() ? budget.spent() : 0);
  }

  @Override
  public void close() throws Exception {
    committer.close();
    super.close();
    handler.close();
    client.close();
  }
}
