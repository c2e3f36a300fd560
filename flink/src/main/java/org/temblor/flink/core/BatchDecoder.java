package org.temblor.flink.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Fills batches: messages are collected one by one and decoded and cleaned together, in one native call. One thread at a time. */
public final class BatchDecoder extends NativeHandle {
  /** Marks, in a message's length, that it packs many records: flink/batch_decoder.h. */
  private static final int PACKED = 0x80000000;

  private static final int FIRST_BYTES = 1 << 16;

  private ByteBuffer messages = buffer(FIRST_BYTES);
  private long[] offsets = new long[1024];
  private int count;

  /**
   * @param least the lowest amplitude that is accepted; finite, like `most`
   * @param maxAheadMs how far past its reference a timestamp may lie, in event time
   * @param keepDead whether letters of what is dropped are wanted
   * @param hashSeed the same for all batches that one combiner takes
   */
  public BatchDecoder(
      float least, float most, long maxAheadMs, boolean eventTime, boolean keepDead, long hashSeed) {
    super(
        NativeCore.newDecoder(least, most, maxAheadMs, eventTime, keepDead, hashSeed), NativeCore::freeDecoder);
  }

  /** Takes a message for the next batch; `packed` where it holds many records. */
  public void add(long offset, byte[] body, boolean packed) {
    int needed = messages.position() + Integer.BYTES + body.length;
    if (needed > messages.capacity()) {
      ByteBuffer larger = buffer(Math.max(needed, 2 * messages.capacity()));
      larger.put(messages.flip());
      messages = larger;
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
    }
    messages.putInt(packed ? body.length | PACKED : body.length).put(body);
    offsets[count++] = offset;
  }

  /** Messages that were added since the last batch. */
  public int count() {
    return count;
  }

  /**
   * Fills `batch` with what was added. `referenceMs`: when the broker stored it, as far as the limit ahead goes. It stops
   * once `most` readings have been read, good ones or not; how many messages were begun.
   */
  public int decode(String split, long referenceMs, long most, RecordBatch batch) {
    int begun =
        NativeCore.decode(
            address(), batch.address(), split.getBytes(StandardCharsets.UTF_8), messages, messages.position(), offsets,
            count, referenceMs, most);
    messages.clear();
    count = 0;
    return begun;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
