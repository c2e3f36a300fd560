package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.temblor.flink.PartialSerializer;
import org.temblor.flink.WindowResultSerializer;
import org.temblor.flink.core.BodyKind;

class SerializersTest {
  private static final TopicQueue QUEUE = new TopicQueue("t", "broker-ü", 7);
  private static final QueueSplit SPLIT = new QueueSplit(QUEUE, 12, 34, QueueSplit.NO_END);

  @Test
  void splits() throws IOException {
    for (QueueSplit split : List.of(SPLIT, new QueueSplit(QUEUE, 0, Long.MIN_VALUE, 5, 7, 8))) {
      byte[] bytes = QueueSplitSerializer.INSTANCE.serialize(split);
      assertEquals(split, QueueSplitSerializer.INSTANCE.deserialize(2, bytes));
    }
    assertEquals("rocketmq:t/broker-ü/7", SPLIT.splitId());
  }

  @Test
  void enumeratorState() throws IOException {
    EnumeratorState state =
        new EnumeratorState(99, true, Set.of(QUEUE, new TopicQueue("t", "b", 1)), List.of(SPLIT));
    byte[] bytes = EnumeratorStateSerializer.INSTANCE.serialize(state);
    assertEquals(state, EnumeratorStateSerializer.INSTANCE.deserialize(2, bytes));
  }

  @Test
  void versionOneHadNoReadings() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    QUEUE.write(out);
    for (long number : new long[] {12, 34, QueueSplit.NO_END, 56}) {
      out.writeLong(number);
    }
    QueueSplit expected = new QueueSplit(QUEUE, 12, 34, QueueSplit.NO_END, 56, 0);
    assertEquals(expected, QueueSplitSerializer.INSTANCE.deserialize(1, out.getCopyOfBuffer()));
    DataOutputSerializer state = new DataOutputSerializer(64);
    state.writeLong(99);
    state.writeBoolean(false);
    state.writeInt(0);
    state.writeInt(1);
    state.write(out.getCopyOfBuffer());
    EnumeratorState read = EnumeratorStateSerializer.INSTANCE.deserialize(1, state.getCopyOfBuffer());
    assertEquals(new EnumeratorState(99, false, Set.of(), List.of(expected)), read);
  }

  @Test
  void laterVersionsAreRefused() {
    assertThrows(IOException.class, () -> QueueSplitSerializer.INSTANCE.deserialize(3, new byte[0]));
    assertThrows(IOException.class, () -> EnumeratorStateSerializer.INSTANCE.deserialize(3, new byte[0]));
  }

  /** What lies in a state; the savepoints that are kept hold the number that it is. */
  @Test
  void savepointsTellTheVersionOfTheBytes() throws IOException {
    for (TypeSerializer<?> each :
        List.of(new PartialSerializer(), new WindowResultSerializer(), new KeyedMessageSerializer())) {
      DataOutputSerializer out = new DataOutputSerializer(64);
      TypeSerializerSnapshot.writeVersionedSnapshot(out, each.snapshotConfiguration());
      byte[] bytes = out.getCopyOfBuffer();
      assertEquals(each, read(bytes).restoreSerializer());
      assertEquals(3, bytes[bytes.length - 1]);
      bytes[bytes.length - 1]++;
      assertThrows(IOException.class, () -> read(bytes));
    }
  }

  private static TypeSerializerSnapshot<?> read(byte[] bytes) throws IOException {
    return TypeSerializerSnapshot.readVersionedSnapshot(
        new DataInputDeserializer(bytes), SerializersTest.class.getClassLoader());
  }

  @Test
  void batches() throws IOException {
    RawBatch batch =
        new RawBatch(
            "s", 9, new long[] {7, 8}, new long[] {70, 80}, new BodyKind[] {BodyKind.PACK, BodyKind.DAMAGED},
            new byte[][] {{1, 2, 3}, {}});
    assertSame(batch, RawBatchSerializer.INSTANCE.copy(batch));
    DataOutputSerializer out = new DataOutputSerializer(16);
    RawBatchSerializer.INSTANCE.serialize(batch, out);
    DataOutputSerializer copied = new DataOutputSerializer(16);
    RawBatchSerializer.INSTANCE.copy(new DataInputDeserializer(out.getCopyOfBuffer()), copied);
    assertArrayEquals(out.getCopyOfBuffer(), copied.getCopyOfBuffer());
    RawBatch read = RawBatchSerializer.INSTANCE.deserialize(new DataInputDeserializer(copied.getCopyOfBuffer()));
    assertEquals("s", read.splitId);
    assertEquals(9, read.nextOffset);
    assertArrayEquals(batch.offsets, read.offsets);
    assertArrayEquals(batch.storedMs, read.storedMs);
    assertArrayEquals(batch.kinds, read.kinds);
    assertArrayEquals(batch.bodies, read.bodies);
  }

  @Test
  void messages() throws IOException {
    KeyedMessage message = new KeyedMessage("k|1", "ü", "split\u0001s\u0002", new byte[] {0, -1});
    DataOutputSerializer out = new DataOutputSerializer(16);
    KeyedMessageSerializer.INSTANCE.serialize(message, out);
    KeyedMessage read = KeyedMessageSerializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    assertEquals(message.key, read.key);
    assertEquals(message.queueBy, read.queueBy);
    assertEquals(message.properties, read.properties);
    assertArrayEquals(message.body, read.body);
  }
}
