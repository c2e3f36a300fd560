package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A RocketMQ topic as a source: each queue is a split, its offset is in the checkpoint; a handler makes of the batches of
 * messages what the job wants. A limit on readings is counted by the one reader that there may be then. Sent to where its
 * enumerator and readers are made; it keeps nothing itself.
 */
public final class TopicSource<T>
    implements Source<T, QueueSplit, EnumeratorState>, ResultTypeQueryable<T> {
  private static final long serialVersionUID = 1;

  private final TopicSettings settings;
  private final BatchHandler.Factory<T> handlers;
  private final TopicClient.Factory clients;

  public TopicSource(TopicSettings settings, BatchHandler.Factory<T> handlers) {
    this(settings, handlers, RocketMqClient::new);
  }

  /** With other clients than those of real brokers. */
  public TopicSource(TopicSettings settings, BatchHandler.Factory<T> handlers, TopicClient.Factory clients) {
    this.settings = settings;
    this.handlers = handlers;
    this.clients = clients;
  }

  @Override
  public Boundedness getBoundedness() {
    return settings.bounded || settings.maxRecords > 0 ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<T, QueueSplit> createReader(SourceReaderContext context) throws IOException {
    return new QueueSourceReader<>(
        clients.open(settings, "temblor-reader-" + context.getIndexOfSubtask()),
        settings,
        handlers.open(),
        context,
        new ReaderMetrics(context.metricGroup()));
  }

  @Override
  public SplitEnumerator<QueueSplit, EnumeratorState> createEnumerator(SplitEnumeratorContext<QueueSplit> context) {
    return enumerator(
        context, new EnumeratorState(System.currentTimeMillis(), false, Set.of(), List.of()), false);
  }

  @Override
  public SplitEnumerator<QueueSplit, EnumeratorState> restoreEnumerator(
      SplitEnumeratorContext<QueueSplit> context, EnumeratorState state) {
    return enumerator(context, state, true);
  }

  private QueueEnumerator enumerator(
      SplitEnumeratorContext<QueueSplit> context, EnumeratorState state, boolean restored) {
    return new QueueEnumerator(context, settings, clients, state, restored);
  }

  @Override
  public SimpleVersionedSerializer<QueueSplit> getSplitSerializer() {
    return QueueSplitSerializer.INSTANCE;
  }

  @Override
  public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
    return EnumeratorStateSerializer.INSTANCE;
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return handlers.type();
  }
}
