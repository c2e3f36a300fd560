package org.temblor.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The bytes of a result between tasks, and in the state of sinks. For any thread. */
public final class WindowResultSerializer extends ValueSerializer<WindowResult> {
  static final WindowResultSerializer INSTANCE = new WindowResultSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public WindowResult createInstance() {
    return new WindowResult();
  }

  @Override
  public WindowResult copy(WindowResult from) {
    return from;
  }

  @Override
  public void serialize(WindowResult result, DataOutputView out) throws IOException {
    out.writeUTF(result.sensor);
    out.writeLong(result.windowStart);
    out.writeLong(result.windowEnd);
    out.writeFloat(result.average);
    out.writeFloat(result.max);
    out.writeFloat(result.min);
    out.writeInt(result.p);
    out.writeInt(result.s);
    out.writeInt(result.n);
  }

  @Override
  public WindowResult deserialize(DataInputView in) throws IOException {
    WindowResult result = new WindowResult();
    result.sensor = in.readUTF();
    result.windowStart = in.readLong();
    result.windowEnd = in.readLong();
    result.average = in.readFloat();
    result.max = in.readFloat();
    result.min = in.readFloat();
    result.p = in.readInt();
    result.s = in.readInt();
    result.n = in.readInt();
    return result;
  }

  @Override
  public TypeSerializerSnapshot<WindowResult> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version of the bytes, Flink's own first number: 3. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<WindowResult> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
