package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Writes to a topic, each message once: what is to be sent is in the checkpoint, and is sent when it is complete. One task
 * for a topic: it must know of every sender that was before it. At once, at least once: where that is asked for, and where
 * there are no checkpoints, it is sent when the watermark comes by. IN is what arrives, KEPT what a checkpoint keeps of it.
 */
abstract class TopicSinkOperator<IN, KEPT> extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<IN, Void> {
  private static final long serialVersionUID = 1;

  private final TopicSettings settings;
  private final boolean exactlyOnce;
  private final LogClient.Factory clients;
  private transient TopicLog log;
  private transient boolean holding; // until the checkpoint is complete
  private transient List<IN> fresh; // since the last checkpoint
  private transient TreeMap<Long, List<KEPT>> waiting; // by the checkpoint that they are in
  private transient ListState<KEPT> pendingState;
  private transient ListState<byte[]> positionState;

  TopicSinkOperator(TopicSettings settings, boolean exactlyOnce, LogClient.Factory clients) {
    this.settings = settings;
    this.exactlyOnce = exactlyOnce;
    this.clients = clients;
  }

  /** What a checkpoint keeps of what has come since the one before; `checkpoint` is 0 where it leaves at once. */
  abstract List<KEPT> keep(List<IN> fresh, long checkpoint);

  /** The same whenever it is asked for: keys decide what has arrived. */
  abstract List<KeyedMessage> messages(List<KEPT> kept);

  /** Of what is kept. */
  abstract TypeSerializer<KEPT> serializer();

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    pendingState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("pending", serializer()));
    positionState =
        context.getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("position", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    holding = exactlyOnce && getRuntimeContext().isCheckpointingEnabled();
    fresh = new ArrayList<>();
    waiting = new TreeMap<>();
    LogPosition position = null;
    for (byte[] bytes : positionState.get()) {
      position = LogPosition.from(bytes);
    }
    if (position == null) {
      log = TopicLog.begin(settings, clients);
    } else {
      log = TopicLog.resume(settings, position, clients);
      List<KEPT> pending = new ArrayList<>();
      pendingState.get().forEach(pending::add);
      long restored = context.getRestoredCheckpointId().getAsLong();
      log.append(messages(pending), restored);
      log.endCommit(restored);
    }
  }

  @Override
  public void processElement(StreamRecord<IN> record) throws Exception {
    fresh.add(record.getValue());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    sendUnlessHolding();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    sendUnlessHolding();
  }

  /** Sends what has come, where it need not wait for a checkpoint. */
  final void sendUnlessHolding() throws Exception {
    if (!holding && !fresh.isEmpty()) {
      log.append(messages(keep(fresh, 0)), 0);
      fresh = new ArrayList<>();
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    waiting.put(context.getCheckpointId(), keep(fresh, context.getCheckpointId()));
    fresh = new ArrayList<>();
    List<KEPT> pending = new ArrayList<>();
    waiting.values().forEach(pending::addAll);
    pendingState.update(pending);
    // What leaves at once is not looked for again.
    long nowMs = getProcessingTimeService().getCurrentProcessingTime();
    positionState.update(holding ? List.of(log.position(nowMs).toBytes()) : List.of());
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    super.notifyCheckpointComplete(checkpoint);
    Map<Long, List<KEPT>> covered = waiting.headMap(checkpoint, true);
    for (Map.Entry<Long, List<KEPT>> kept : covered.entrySet()) {
      log.append(messages(kept.getValue()), kept.getKey());
    }
    covered.clear();
    log.endCommit(checkpoint);
  }

  @Override
  public void close() throws Exception {
    if (log != null) {
      log.close();
    }
    super.close();
  }
}
