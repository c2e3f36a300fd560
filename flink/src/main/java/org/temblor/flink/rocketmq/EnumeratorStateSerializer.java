package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The bytes of the enumerator's state in checkpoints; the splits in it are in the same version. For any thread. */
final class EnumeratorStateSerializer implements SimpleVersionedSerializer<EnumeratorState> {
  static final EnumeratorStateSerializer INSTANCE = new EnumeratorStateSerializer();

  private EnumeratorStateSerializer() {}

  @Override
  public int getVersion() {
    return QueueSplitSerializer.INSTANCE.getVersion();
  }

  @Override
  public byte[] serialize(EnumeratorState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeLong(state.startedMs);
    out.writeBoolean(state.complete);
    out.writeInt(state.assigned.size());
    for (TopicQueue queue : state.assigned) {
      queue.write(out);
    }
    out.writeInt(state.unassigned.size());
    for (QueueSplit split : state.unassigned) {
      QueueSplitSerializer.write(split, out);
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public EnumeratorState deserialize(int version, byte[] bytes) throws IOException {
    QueueSplitSerializer.check(version);
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    long startedMs = in.readLong();
    boolean complete = in.readBoolean();
    Set<TopicQueue> assigned = new HashSet<>();
    for (int left = in.readInt(); left > 0; left--) {
      assigned.add(TopicQueue.read(in));
    }
    List<QueueSplit> unassigned = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      unassigned.add(QueueSplitSerializer.read(version, in));
    }
    return new EnumeratorState(startedMs, complete, assigned, unassigned);
  }
}
