package org.temblor.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What the serializers of this job have in common: values of no fixed length that are not used again. Between tasks of one
 * job their bytes are of one version. In a savepoint Flink puts the class of the Snapshot and its version before the values
 * of a state, and reads none of a version that the class does not know: who changes the bytes raises the Snapshot's version,
 * and has it restore a serializer that reads those of the version before. For any thread.
 */
public abstract class ValueSerializer<T> extends TypeSerializerSingleton<T> {
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public T deserialize(T reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }
}
