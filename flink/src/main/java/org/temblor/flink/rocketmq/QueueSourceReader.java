package org.temblor.flink.rocketmq;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;

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
  private ReaderOutput<T> output; // of all splits; Flink's, and the same all the time
  private boolean unused; // for want of queues
  private final TreeMap<Long, Map<TopicQueue, Long>> checkpoints = new TreeMap<>(); // not yet complete

  QueueSourceReader(
      TopicClient client, TopicSettings settings, BatchHandler<T> handler, SourceReaderContext context,
      ReaderMetrics metrics) {
    super(
        () -> new QueueSplitReader(client, settings, metrics),
        new Emitter<>(handler, context.metricGroup().getIOMetricGroup().getNumRecordsInCounter()),
        context.getConfiguration(),
        context);
    this.client = client;
    this.handler = handler;
    committer = new OffsetCommitter(client, metrics, "temblor offsets of " + settings.topic);
  }

  private static final class Emitter<T> implements RecordEmitter<RawBatch, T, QueueSplitState> {
    private final BatchHandler<T> handler;
    private final Counter numRecordsIn;

    Emitter(BatchHandler<T> handler, Counter numRecordsIn) {
      this.handler = handler;
      this.numRecordsIn = numRecordsIn;
    }

    @Override
    public void emitRecord(RawBatch batch, SourceOutput<T> output, QueueSplitState state) {
      numRecordsIn.inc(batch.size() - 1L); // Flink has counted the batch as one
      handler.emit(batch, output, state);
      state.advance(batch);
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
    this.output = output;
    markIdleIfUnused();
    return super.pollNext(output);
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
    return new QueueSplitState(split);
  }

  @Override
  protected QueueSplit toSplitType(String splitId, QueueSplitState state) {
    return state.split();
  }

  @Override
  public void close() throws Exception {
    committer.close();
    super.close();
    handler.close();
    client.close();
  }
}
