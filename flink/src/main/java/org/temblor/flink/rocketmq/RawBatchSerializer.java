package org.temblor.flink.rocketmq;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.temblor.flink.ValueSerializer;
import org.temblor.flink.core.BodyKind;

/** Batches between tasks. Within one they are passed on as they are: a copy is the batch itself. For any thread. */
public final class RawBatchSerializer extends ValueSerializer<RawBatch> {
  static final RawBatchSerializer INSTANCE = new RawBatchSerializer();

  private static final long serialVersionUID = 1;
  private static final BodyKind[] KINDS = BodyKind.values();

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public RawBatch createInstance() {
    return new RawBatch("", 0, new long[0], new long[0], new BodyKind[0], new byte[0][]);
  }

  @Override
  public RawBatch copy(RawBatch from) {
    return from;
  }

  @Override
  public void serialize(RawBatch batch, DataOutputView out) throws IOException {
    out.writeUTF(batch.splitId);
    out.writeLong(batch.nextOffset);
    out.writeInt(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      out.writeLong(batch.offsets[i]);
      out.writeLong(batch.storedMs[i]);
      out.writeByte(batch.kinds[i].ordinal());
      out.writeInt(batch.bodies[i].length);
      out.write(batch.bodies[i]);
    }
  }

  @Override
  public RawBatch deserialize(DataInputView in) throws IOException {
    String splitId = in.readUTF();
    long nextOffset = in.readLong();
    int size = in.readInt();
    RawBatch batch =
        new RawBatch(splitId, nextOffset, new long[size], new long[size], new BodyKind[size], new byte[size][]);
    for (int i = 0; i < size; i++) {
      batch.offsets[i] = in.readLong();
      batch.storedMs[i] = in.readLong();
      batch.kinds[i] = KINDS[in.readByte()];
      batch.bodies[i] = new byte[in.readInt()];
      in.readFully(batch.bodies[i]);
    }
    return batch;
  }

  @Override
  public TypeSerializerSnapshot<RawBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RawBatch> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
