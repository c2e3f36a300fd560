package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.temblor.flink.WindowResult;
import org.temblor.flink.WindowResultSerializer;
import org.temblor.flink.core.ResultMessage;

/**
 * Writes results to a topic, each once: they are in the checkpoint, and are sent when it is complete. One task for a topic:
 * it must know of every sender that was before it. Without checkpoints results are sent when their window closes.
 */
public final class TopicSinkOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<WindowResult, Void> {
  private static final long serialVersionUID = 1;

  private final TopicSettings settings;
  private transient TopicLog log;
  private transient boolean checkpointing;
  private transient List<WindowResult> fresh; // since the last checkpoint
  private transient TreeMap<Long, List<WindowResult>> waiting; // by the checkpoint that they are in
  private transient ListState<WindowResult> pendingState;
  private transient ListState<byte[]> positionState;

  public TopicSinkOperator(TopicSettings settings) {
    this.settings = settings;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    pendingState =
        context.getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("pending", new WindowResultSerializer()));
    positionState =
        context.getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("position", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    checkpointing = getRuntimeContext().isCheckpointingEnabled();
    fresh = new ArrayList<>();
    waiting = new TreeMap<>();
    LogPosition position = null;
    for (byte[] bytes : positionState.get()) {
      position = LogPosition.from(bytes);
    }
    if (position == null) {
      log = TopicLog.begin(settings);
    } else {
      log = TopicLog.resume(settings, position);
      List<WindowResult> pending = new ArrayList<>();
      pendingState.get().forEach(pending::add);
      send(pending);
    }
  }

  @Override
  public void processElement(StreamRecord<WindowResult> record) {
    fresh.add(record.getValue());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    if (!checkpointing) {
      send(fresh);
      fresh.clear();
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    waiting.put(context.getCheckpointId(), fresh);
    fresh = new ArrayList<>();
    List<WindowResult> pending = new ArrayList<>();
    waiting.values().forEach(pending::addAll);
    pendingState.update(pending);
    positionState.update(List.of(log.position().toBytes()));
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    super.notifyCheckpointComplete(checkpoint);
    Map<Long, List<WindowResult>> covered = waiting.headMap(checkpoint, true);
    for (List<WindowResult> results : covered.values()) {
      send(results);
    }
    covered.clear();
  }

  private void send(List<WindowResult> results) throws Exception {
    List<KeyedMessage> messages = new ArrayList<>(results.size());
    for (WindowResult result : results) {
      byte[] body =
          ResultMessage.of(
              result.sensor, result.windowStart, result.windowEnd, result.average, result.max, result.min, result.p,
              result.s, result.n);
      messages.add(new KeyedMessage(key(result.sensor) + "|" + result.windowStart, result.sensor, body));
    }
    log.append(messages);
  }

  /** As connectors/rocketmq/topic_log.h writes it: a key holds no space, and no `|` of its own. */
  private static String key(String sensor) {
    StringBuilder key = new StringBuilder(sensor.length());
    for (char c : sensor.toCharArray()) {
      if (c <= ' ' || c == 0x7F || c == '%' || c == '|') {
        key.append(String.format("%%%02X", (int) c));
      } else {
        key.append(c);
      }
    }
    return key.toString();
  }

  @Override
  public void close() throws Exception {
    if (log != null) {
      log.close();
    }
    super.close();
  }
}
