package org.temblor.flink;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Batches of readings cross chained operators as they are, and cross nothing else. For any thread. */
public final class ReadingBatchSerializer extends ValueSerializer<ReadingBatch> {
  static final ReadingBatchSerializer INSTANCE = new ReadingBatchSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public ReadingBatch createInstance() {
    return null;
  }

  @Override
  public ReadingBatch copy(ReadingBatch from) {
    return from;
  }

  @Override
  public void serialize(ReadingBatch batch, DataOutputView out) {
    throw new IllegalStateException("source and combiner must be chained: do not disable operator chaining");
  }

  @Override
  public ReadingBatch deserialize(DataInputView in) {
    throw new IllegalStateException("source and combiner must be chained: do not disable operator chaining");
  }

  @Override
  public TypeSerializerSnapshot<ReadingBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ReadingBatch> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
