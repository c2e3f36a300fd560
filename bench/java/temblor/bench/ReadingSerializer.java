package temblor.bench;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.temblor.flink.ValueSerializer;

/** Fills one reading again and again where Flink hands it back. */
public final class ReadingSerializer extends ValueSerializer<Reading> {
  static final ReadingSerializer INSTANCE = new ReadingSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public Reading createInstance() {
    return new Reading();
  }

  @Override
  public Reading copy(Reading from) {
    return copy(from, new Reading());
  }

  @Override
  public Reading copy(Reading from, Reading to) {
    to.sensor = from.sensor;
    to.timeMs = from.timeMs;
    to.amplitude = from.amplitude;
    to.phase = from.phase;
    return to;
  }

  @Override
  public void serialize(Reading reading, DataOutputView out) throws IOException {
    StringValue.writeString(reading.sensor, out);
    out.writeLong(reading.timeMs);
    out.writeFloat(reading.amplitude);
    out.writeByte(reading.phase);
  }

  @Override
  public Reading deserialize(DataInputView in) throws IOException {
    return deserialize(new Reading(), in);
  }

  @Override
  public Reading deserialize(Reading reading, DataInputView in) throws IOException {
    reading.sensor = StringValue.readString(in);
    reading.timeMs = in.readLong();
    reading.amplitude = in.readFloat();
    reading.phase = (char) in.readByte();
    return reading;
  }

  @Override
  public TypeSerializerSnapshot<Reading> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Reading> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
