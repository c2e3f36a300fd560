package temblor.bench;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.temblor.flink.ValueSerializer;

/** Fills one aggregate again and again where Flink hands it back. */
public final class AggregateSerializer extends ValueSerializer<Aggregate> {
  static final AggregateSerializer INSTANCE = new AggregateSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public Aggregate createInstance() {
    return new Aggregate();
  }

  @Override
  public Aggregate copy(Aggregate from) {
    Aggregate copy = new Aggregate();
    copy.sensor = from.sensor;
    copy.windowStart = from.windowStart;
    copy.merge(from);
    return copy;
  }

  @Override
  public void serialize(Aggregate aggregate, DataOutputView out) throws IOException {
    StringValue.writeString(aggregate.sensor, out);
    out.writeLong(aggregate.windowStart);
    out.writeDouble(aggregate.sum);
    out.writeFloat(aggregate.max);
    out.writeFloat(aggregate.min);
    out.writeInt(aggregate.p);
    out.writeInt(aggregate.s);
    out.writeInt(aggregate.n);
  }

  @Override
  public Aggregate deserialize(DataInputView in) throws IOException {
    return deserialize(new Aggregate(), in);
  }

  @Override
  public Aggregate deserialize(Aggregate aggregate, DataInputView in) throws IOException {
    aggregate.sensor = StringValue.readString(in);
    aggregate.windowStart = in.readLong();
    aggregate.sum = in.readDouble();
    aggregate.max = in.readFloat();
    aggregate.min = in.readFloat();
    aggregate.p = in.readInt();
    aggregate.s = in.readInt();
    aggregate.n = in.readInt();
    return aggregate;
  }

  @Override
  public TypeSerializerSnapshot<Aggregate> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Aggregate> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
