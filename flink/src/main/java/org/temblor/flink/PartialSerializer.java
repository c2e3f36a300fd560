package org.temblor.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.temblor.flink.core.Partial;

/** The bytes of a partial aggregate between tasks, and in the state of windows. For any thread. */
public final class PartialSerializer extends ValueSerializer<Partial> {
  static final PartialSerializer INSTANCE = new PartialSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public Partial createInstance() {
    return new Partial();
  }

  @Override
  public Partial copy(Partial from) {
    Partial copy = new Partial();
    copy.sensor = from.sensor;
    copy.windowStart = from.windowStart;
    copy.merge(from);
    return copy;
  }

  @Override
  public void serialize(Partial partial, DataOutputView out) throws IOException {
    out.writeUTF(partial.sensor);
    out.writeLong(partial.windowStart);
    out.writeLong(partial.sumLow);
    out.writeLong(partial.sumHigh);
    out.writeFloat(partial.max);
    out.writeFloat(partial.min);
    out.writeInt(partial.p);
    out.writeInt(partial.s);
    out.writeInt(partial.n);
    out.writeByte(partial.wide == null ? 0 : partial.wide.length);
    if (partial.wide != null) {
      out.write(partial.wide);
    }
  }

  @Override
  public Partial deserialize(DataInputView in) throws IOException {
    Partial partial = new Partial();
    partial.sensor = in.readUTF();
    partial.windowStart = in.readLong();
    partial.sumLow = in.readLong();
    partial.sumHigh = in.readLong();
    partial.max = in.readFloat();
    partial.min = in.readFloat();
    partial.p = in.readInt();
    partial.s = in.readInt();
    partial.n = in.readInt();
    int wideBytes = in.readUnsignedByte();
    if (wideBytes > 0) {
      partial.wide = new byte[wideBytes];
      in.readFully(partial.wide);
    }
    return partial;
  }

  @Override
  public TypeSerializerSnapshot<Partial> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version of the bytes, Flink's own first number: 3. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Partial> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
