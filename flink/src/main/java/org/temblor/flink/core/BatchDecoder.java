package org.temblor.flink.core;

import java.nio.charset.StandardCharsets;

/** Fills batches: many messages are decoded and cleaned together, in one native call. One thread at a time. */
public final class BatchDecoder extends NativeHandle {
  private static final int FIRST_BYTES = 1 << 16;
  private static final int FIRST_MESSAGES = 1024;
  private static final int BYTES_AT_ONCE = 1 << 20; // limits::kBatchBytes in base/limits.h

  private byte[] messages = new byte[FIRST_BYTES]; // an array's copying costs half of a direct buffer's
  private int[] lengths = new int[FIRST_MESSAGES];
  private long[] offsets = new long[FIRST_MESSAGES];
  private int bytes;
  private int count;

  /**
   * @param least the lowest amplitude that is accepted; finite, like `most`
   * @param maxAheadMs how far past its reference a timestamp may lie, in event time
   * @param keepDead whether letters of what is dropped are wanted
   * @param keepLate whether letters of late readings are wanted of the combiner
   * @param hashSeed the same for all batches that one combiner takes
   */
  public BatchDecoder(
      float least, float most, long maxAheadMs, boolean eventTime, boolean keepDead, boolean keepLate,
      long hashSeed) {
    super(
        NativeCore.newDecoder(least, most, maxAheadMs, eventTime, keepDead, keepLate, hashSeed),
        NativeCore::freeDecoder);
  }

  /**
   * Takes the messages from place `from` on for the next batch, in place of those set before, as far as to `to` and as a
   * megabyte goes; one may be longer. Returns how many it took.
   */
  public int set(long[] offsets, BodyKind[] kinds, byte[][] bodies, int from, int to) {
    count = 0;
    if (to - from > lengths.length) {
      lengths = new int[to - from];
      this.offsets = new long[to - from];
    }
    // All of the lengths first: the processor waits for the memory of many messages at a time.
    bytes = 0;
    while (from + count < to) {
      int length = bodies[from + count].length;
      if (count > 0 && length > BYTES_AT_ONCE - bytes) {
        break;
      }
      lengths[count] = length | kinds[from + count].mark;
      bytes += length;
      count++;
    }
    System.arraycopy(offsets, from, this.offsets, 0, count);
    if (bytes > messages.length) {
      messages = new byte[Math.max(bytes, 2 * messages.length)];
    }
    int at = 0;
    for (int i = from; i < from + count; i++) {
      byte[] body = bodies[i];
      System.arraycopy(body, 0, messages, at, body.length);
      at += body.length;
    }
    return count;
  }

  /**
   * Fills `batch` with what was set, as far as it goes into one; `more` fills it with the rest. `referenceMs`: when the
   * broker stored it, as far as the limit ahead goes. Both stop once `most` readings have been read, good ones or not.
   */
  public void decode(String split, long referenceMs, long most, RecordBatch batch) {
    NativeCore.decode(
        address(), batch.address(), split.getBytes(StandardCharsets.UTF_8), messages, bytes, lengths, offsets, count,
        referenceMs, most);
  }

  /** Fills the batch with what did not go into it before; false where there is nothing left. */
  public boolean more(RecordBatch batch) {
    return NativeCore.decodeMore(address(), batch.address());
  }

  /** How many messages `decode` and `more` have begun: all, or as far as they have come. */
  public int begun() {
    return NativeCore.messagesBegun(address());
  }
}
