package org.temblor.flink.rocketmq;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.temblor.flink.ValueSerializer;

/** The bytes of messages in the state of sinks; no task sends them to another. For any thread. */
public final class KeyedMessageSerializer extends ValueSerializer<KeyedMessage> {
  static final KeyedMessageSerializer INSTANCE = new KeyedMessageSerializer();
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public KeyedMessage createInstance() {
    return new KeyedMessage("", "", "", new byte[0]);
  }

  @Override
  public KeyedMessage copy(KeyedMessage from) {
    return from;
  }

  @Override
  public void serialize(KeyedMessage message, DataOutputView out) throws IOException {
    out.writeUTF(message.key);
    out.writeUTF(message.queueBy);
    out.writeUTF(message.properties);
    out.writeInt(message.body.length);
    out.write(message.body);
  }

  @Override
  public KeyedMessage deserialize(DataInputView in) throws IOException {
    String key = in.readUTF();
    String queueBy = in.readUTF();
    String properties = in.readUTF();
    byte[] body = new byte[in.readInt()];
    in.readFully(body);
    return new KeyedMessage(key, queueBy, properties, body);
  }

  @Override
  public TypeSerializerSnapshot<KeyedMessage> snapshotConfiguration() {
    return new Snapshot();
  }

  /** There is one version of the bytes, Flink's own first number: 3. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<KeyedMessage> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
