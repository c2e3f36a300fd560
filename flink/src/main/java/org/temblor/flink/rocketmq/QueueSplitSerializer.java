package org.temblor.flink.rocketmq;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The bytes of a split in checkpoints. A later version reads those of the ones before. For any thread. */
final class QueueSplitSerializer implements SimpleVersionedSerializer<QueueSplit> {
  static final QueueSplitSerializer INSTANCE = new QueueSplitSerializer();

  private static final int VERSION = 2; // 1 knew of no readings

  private QueueSplitSerializer() {}

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(QueueSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    write(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public QueueSplit deserialize(int version, byte[] bytes) throws IOException {
    check(version);
    return read(version, new DataInputDeserializer(bytes));
  }

  static void write(QueueSplit split, DataOutput out) throws IOException {
    split.queue().write(out);
    out.writeLong(split.offset());
    out.writeLong(split.storedMs());
    out.writeLong(split.end());
    out.writeLong(split.highestMs());
    out.writeLong(split.readings());
  }

  static QueueSplit read(int version, DataInput in) throws IOException {
    return new QueueSplit(
        TopicQueue.read(in), in.readLong(), in.readLong(), in.readLong(), in.readLong(),
        version == 1 ? 0 : in.readLong());
  }

  static void check(int version) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "the checkpoint holds positions in queues in version " + version + ", and this job reads versions up to "
              + VERSION + ": it was written by a later one");
    }
  }
}
