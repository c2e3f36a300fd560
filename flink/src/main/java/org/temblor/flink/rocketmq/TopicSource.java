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
 * A RocketMQ topic as a source of raw messages in batches: each queue is a split, its offset is in the checkpoint. Sent
 * to where its enumerator and readers are made; it keeps nothing itself.
 */
public final class TopicSource
    implements Source<RawBatch, QueueSplit, EnumeratorState>, ResultTypeQueryable<RawBatch> {
  private static final long serialVersionUID = 1;

  private final TopicSettings settings;
  private final TopicClient.Factory clients;

  public TopicSource(TopicSettings settings) {
    this(settings, RocketMqClient::new);
  }

  TopicSource(TopicSettings settings, TopicClient.Factory clients) {
    this.settings = settings;
    this.clients = clients;
  }

  @Override
  public Boundedness getBoundedness() {
    return settings.bounded ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<RawBatch, QueueSplit> createReader(SourceReaderContext context) throws IOException {
    return new QueueSourceReader(
        clients.open(settings, "temblor-reader-" + context.getIndexOfSubtask()),
        settings,
        context,
        new ReaderMetrics(context.metricGroup()));
  }

  @Override
  public SplitEnumerator<QueueSplit, EnumeratorState> createEnumerator(SplitEnumeratorContext<QueueSplit> context)
      throws IOException {
    return enumerator(
        context, new EnumeratorState(System.currentTimeMillis(), false, Set.of(), List.of()), false);
  }

  @Override
  public SplitEnumerator<QueueSplit, EnumeratorState> restoreEnumerator(
      SplitEnumeratorContext<QueueSplit> context, EnumeratorState state) throws IOException {
    return enumerator(context, state, true);
  }

  private QueueEnumerator enumerator(
      SplitEnumeratorContext<QueueSplit> context, EnumeratorState state, boolean restored) throws IOException {
    return new QueueEnumerator(context, settings, clients.open(settings, "temblor-enumerator"), state, restored);
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
  public TypeInformation<RawBatch> getProducedType() {
    return RawBatchType.INSTANCE;
  }
}
